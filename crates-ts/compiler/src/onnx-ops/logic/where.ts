import type { Width } from "@umpire/commitment/constants.ts";
import { HUGE, reachOf } from "@umpire/graph/ranges.ts";
import { isFloat, type Real } from "@umpire/graph/real.ts";
import { alignScales } from "../../lower/align.ts";
import { type Context, quantisationOfValue, type Value } from "../../lower/context.ts";
import { expanded } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { limitOf } from "../../quantise/scales.ts";

/** A constant this many times larger than what it may replace says "very small" or "very large", no number. */
const MASK = 2 ** 12;

/** ONNX Where. */
export function lowerWhere(fused: FusedOp, context: Context): void {
	const [condition, ...names] = context.node.inputs;
	const shape = context.shape(fused.output);
	const c = context.value(condition);
	const [a, b] = choicesOf(context, names);
	const low = Math.min(a.spec.low, b.spec.low);
	const high = Math.max(a.spec.high, b.spec.high);
	const y = context.emit({
		kind: "Select",
		form: { type: "select" },
		operands: [c, a, b],
		shape,
		quantisation: { ...quantisationOfValue(a), low, high },
	});
	context.bind(fused.output, expanded(context, y, shape));
}

/** Both at one scale; a mask takes the scale of the other and ends at the end of its range. */
function choicesOf(context: Context, names: readonly string[]): Value[] {
	if (isFloat(context.type(names[0]))) {
		for (const k of [0, 1]) {
			const real = context.real(names[k]);
			if (!real || context.real(names[1 - k])) continue;
			const other = context.value(names[1 - k]);
			const reach = reachOf(context.facts.ranges.get(names[1 - k]) ?? other.spec);
			if (!isMask(real, reach)) continue;
			const width = Math.max(other.spec.width, context.precision.bits) as Width;
			const end = width === other.spec.width ? limitOf(other.spec) : context.precision.limit;
			const target = { scale: other.spec.scale, width, low: -end, high: end };
			const choices = [context.quantised(names[k], real, target), other];
			return k === 0 ? choices : choices.reverse();
		}
	}
	return alignScales(context, names);
}

function isMask({ data }: Real, reach: number): boolean {
	return data.some((value) => Math.abs(value) >= HUGE || (reach > 0 && Math.abs(value) > MASK * reach));
}
