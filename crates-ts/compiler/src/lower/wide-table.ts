import type { Range } from "@umpire/graph/ranges.ts";
import { type Quantisation, snapUp } from "../quantise/scales.ts";
import { type Context, elementsOf, type Value } from "./context.ts";
import { emitLinear } from "./emit.ts";
import type { RealFunction } from "./functions.ts";

/** Entries of a table for one stretch of the operand's range. */
const ENTRIES = 65536;
/** Units of neighbouring stretches differ by 2^this. */
const STEP_BITS = 8;
/** Values of at least this many units of a stretch are told finely enough by it. */
const FINE = 512;

/**
 * y = f(x) of a tensor of 32 bits that is not negative: one table per stretch of its range, each
 * with a grid 256 times finer than the next. Every stretch's table is constant beyond its ends and
 * begins at 0 where the finer one ends, so that their sum is f and nothing need be compared.
 * `range` is what calibration saw of x.
 */
export function emitWideTable(
	context: Context,
	name: string,
	x: Value,
	f: RealFunction,
	range: Range,
	quantisation: Quantisation,
): Value {
	const { scale } = x.spec;
	const integer = (real: number): number => {
		const y = f(real);
		if (Number.isNaN(y)) return Math.min(Math.max(0, quantisation.low), quantisation.high);
		return Math.max(quantisation.low, Math.min(quantisation.high, Math.round(y / quantisation.scale))) + 0;
	};
	const top = Math.min(x.spec.high, Math.ceil(snapUp(range.high * context.precision.margin) / scale));
	let result: Value | undefined;
	let end = 0;
	for (const bits of stretches(top, range.low / scale / 4)) {
		const unit = 2 ** bits;
		const stretch = emitLinear(context, [x], [1], x.spec.shape, {
			scale: scale * unit,
			low: 0,
			high: ENTRIES - 1,
			width: 32,
		});
		const [from, start] = [end, end === 0 ? 0 : integer(end * scale)];
		const entries = Array.from({ length: ENTRIES }, (_, k) =>
			from > 0 && k * unit <= from ? 0 : integer(k * unit * scale) - start,
		);
		const reach = entries.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
		const width = reach < 2 ** (quantisation.width - 1) ? quantisation.width : 32;
		const data = elementsOf(entries, width);
		const table = context.constant(`${name}_table_${bits}`, [ENTRIES], data, quantisation.scale);
		const { low, high } = table.spec;
		const y = context.emit({
			kind: "Gather",
			form: { type: "lookup", base: 0 },
			operands: [stretch, table],
			shape: x.spec.shape,
			quantisation: { scale: quantisation.scale, low, high, width },
		});
		result = result ? emitLinear(context, [result, y], [1, 1], x.spec.shape, quantisation) : y;
		end = (ENTRIES - 1) * unit;
	}
	return result!;
}

/** Sizes of the units (as powers of two) of the stretches for integers from `low` to `top`, finest first. */
function stretches(top: number, low: number): number[] {
	let bits = Math.max(0, Math.ceil(Math.log2((top + 1) / ENTRIES)));
	const sizes = [bits];
	while (bits > 0 && low < FINE * 2 ** bits) {
		bits = Math.max(0, bits - STEP_BITS);
		sizes.unshift(bits);
	}
	return sizes;
}
