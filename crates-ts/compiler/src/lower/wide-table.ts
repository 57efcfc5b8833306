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

/** A tensor of 32 bits that goes through a function. */
export interface WideOperand {
	readonly x: Value;
	/** The same tensor on a finer grid, clipped at the ends of that. */
	readonly fine?: Value | undefined;
	/** What calibration saw of it. */
	readonly range: Range;
	/** How many times further it has room. */
	readonly margin: number;
	/** The least magnitude that must be told finely; 0 for as finely as the grids can. */
	readonly least: number;
}

/**
 * y = f(x) of a tensor of 32 bits: one table per stretch of the magnitudes on each side of 0, each
 * with a grid 256 times finer than the next. Every stretch's table is constant beyond its ends and
 * begins at 0 where the finer one ends, so that their sum is f and nothing need be compared.
 */
export function emitWideTable(
	context: Context,
	name: string,
	operand: WideOperand,
	f: RealFunction,
	quantisation: Quantisation,
): Value {
	const { range } = operand;
	const integer = (real: number): number => {
		const y = f(real);
		if (Number.isNaN(y)) return Math.min(Math.max(0, quantisation.low), quantisation.high);
		return Math.max(quantisation.low, Math.min(quantisation.high, Math.round(y / quantisation.scale))) + 0;
	};
	const sides = range.low < 0 ? [1, -1] : [1];
	let result: Value | undefined;
	for (const side of sides) {
		let end = 0;
		// What both sides have in common at 0 is counted once.
		const common = side < 0 ? integer(0) : 0;
		for (const { unit, source, label } of stretches(operand, side)) {
			const stretch = emitLinear(context, [source], [side], source.spec.shape, {
				scale: unit,
				low: 0,
				high: ENTRIES - 1,
				width: 32,
			});
			const from = end / unit;
			const start = end === 0 ? common : integer(side * end);
			const entries = Array.from({ length: ENTRIES }, (_, k) =>
				from > 0 && k <= from ? 0 : integer(side * k * unit) - start,
			);
			const reach = entries.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
			const width = reach < 2 ** (quantisation.width - 1) ? quantisation.width : 32;
			const data = elementsOf(entries, width);
			const table = context.constant(`${name}_table_${label}`, [ENTRIES], data, quantisation.scale);
			const { low, high } = table.spec;
			const y = context.emit({
				kind: "Gather",
				form: { type: "lookup", base: 0 },
				operands: [stretch, table],
				shape: source.spec.shape,
				quantisation: { scale: quantisation.scale, low, high, width },
			});
			result = result ? emitLinear(context, [result, y], [1, 1], y.spec.shape, quantisation) : y;
			end = (ENTRIES - 1) * unit;
		}
	}
	return result!;
}

interface Stretch {
	/** What the integer 1 of the stretch stands for. */
	readonly unit: number;
	readonly source: Value;
	readonly label: string;
}

/** The stretches of one side of 0, finest first; units are powers of two times the scale of x. */
function stretches({ x, fine, range, margin, least }: WideOperand, side: number): Stretch[] {
	const { scale } = x.spec;
	const [seen, end] = side > 0 ? [range.high, x.spec.high] : [-range.low, -x.spec.low];
	const top = Math.min(end, Math.ceil(snapUp(Math.max(0, seen) * margin) / scale));
	const finest = fine ? Math.round(Math.log2(fine.spec.scale / scale)) : 0;
	const low = least / scale;
	const stretchOf = (bits: number): Stretch => ({
		unit: scale * 2 ** bits,
		source: bits < 0 && fine ? fine : x,
		label: `${side < 0 ? "below_" : ""}${bits}`,
	});
	let bits = Math.max(0, Math.ceil(Math.log2((top + 1) / ENTRIES)));
	const result = [stretchOf(bits)];
	while (bits > finest && low < FINE * 2 ** bits) {
		bits = Math.max(finest, bits - STEP_BITS);
		result.unshift(stretchOf(bits));
	}
	return result;
}
