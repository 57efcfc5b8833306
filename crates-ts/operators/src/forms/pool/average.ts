import { type Body, int, ints, LIMIT } from "../../body.ts";
import { largest } from "../../bounds.ts";
import type { Context, Plan } from "../../context.ts";
import { partialSums } from "../../dot-bounds.ts";
import { planFor, targetOf } from "../../dot-plan.ts";
import { digitRanges, emitLimbs, type Limbs, WHOLE } from "../../limbs.ts";
import { checkOnes } from "../../ones.ts";
import { emitPads } from "../../pads.ts";
import { emitRescale } from "../../rescale-nodes.ts";
import type { Axis } from "../../windows.ts";
import { reduceSumPlan } from "../sum.ts";
import { type PoolForm, windowAxes } from "./form.ts";

/** Ones that a Conv of one kernel per channel may have: they are constants of the body. */
const MOST_ONES = 2 ** 24;

/** Sums over windows: ReduceSum if one window is all there is, else a depthwise Conv with ones. */
export function averagePlan(context: Context<PoolForm>): Plan {
	checkOnes(context);
	const { form, operands } = context;
	const axes = windowAxes(context);
	const count = form.kernel.reduce((product, size) => product * size, 1);
	const global = axes.every(
		(axis) => axis.output === 1 && axis.begin === 0 && axis.dilation === 1 && axis.kernel === axis.size,
	);
	if (global)
		return reduceSumPlan(
			context,
			axes.map((_, i) => i + 2),
			count,
		);
	const ones = count * operands[0].spec.shape[1];
	if (ones > MOST_ONES)
		throw new Error(`its windows take a constant of ${ones} ones, more than ${MOST_ONES}`);
	const weights = { positive: count, negative: 0 };
	const acc = partialSums(weights, operands[0].range);
	const { width } = operands[0].spec;
	const limbs = [WHOLE, ...[2, 3, 4].map((n): Limbs => ({ count: n, bits: Math.ceil(width / n) }))].find(
		(split) =>
			largest(digitRanges(operands[0].range, split).map((range) => partialSums(weights, range))) <
			BigInt(LIMIT.float32),
	);
	if (limbs === undefined) throw new Error(`a window of ${count} elements is too large to be summed exactly`);
	const bound = largest(digitRanges(operands[0].range, limbs).map((range) => partialSums(weights, range)));
	const plan = planFor(context, [acc], limbs.count > 1 ? "float64" : "float32");
	return {
		name: `${limbs.count} depthwise float32 Conv with ones`,
		bound: Number(bound),
		limit: LIMIT.float32,
		emit: (body, [value]) => {
			const sums = emitLimbs(body, value, limbs).map((limb) =>
				body.cast(emitWindowSum(body, context, axes, limb), limbs.count > 1 ? "float64" : "float32"),
			);
			// A Floor of whole numbers: it keeps onnxruntime from fusing the rescaling into the Conv's weights.
			const first = limbs.count > 1 || plan.type === "float64" ? sums[0] : body.op("Floor", [sums[0]]);
			const sum = sums.slice(1).reduce((a, b) => body.op("Add", [a, b]), first);
			return emitRescale(body, sum, plan, targetOf(context));
		},
	};
}

function emitWindowSum(body: Body, context: Context<PoolForm>, axes: readonly Axis[], value: string): string {
	const { form, operands } = context;
	const channels = operands[0].spec.shape[1];
	const padded = emitPads(body, value, axes, 0);
	const size = form.kernel.reduce((product, taps) => product * taps, channels);
	const ones = body.reals("float32", Array<number>(size).fill(1), [channels, 1, ...form.kernel]);
	return body.op("Conv", [padded.value, ones], {
		kernel_shape: ints(form.kernel),
		strides: ints(form.strides),
		pads: ints(padded.pads),
		dilations: ints(form.dilations),
		group: int(channels),
	});
}
