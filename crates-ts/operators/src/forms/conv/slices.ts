import { type Body, int, ints, LIMIT } from "../../body.ts";
import { larger, magnitude } from "../../bounds.ts";
import type { Context, Plan } from "../../context.ts";
import { partialSums, sumWeights, type Weights } from "../../dot-bounds.ts";
import { boundsPerRow, planFor, planForLimbs, rescaleOf, targetOf } from "../../dot-plan.ts";
import { emitNearest, nearestRanges } from "../../limbs.ts";
import type { Range } from "../../range.ts";
import { emitRescale } from "../../rescale-nodes.ts";
import { emitConv } from "./emit.ts";
import type { ConvForm } from "./form.ts";
import type { ConvBounds } from "./split.ts";

/** How x is split: the limbs' ranges in units of their own, the bits of the lower one, and the largest sum. */
interface Limbs {
	readonly ranges: readonly Range[];
	readonly bits: number;
	readonly bound: bigint;
}

/** Slices of fewer products cost more than they save. */
const LEAST_PRODUCTS = 64;

/**
 * A convolution over many channels by constant weights: its input channels are cut into slices, each
 * of which is summed exactly in float32 by a group of its own; the slices meet in float64. That
 * takes no more multiplications than one sum would; another limb takes half as many again.
 *
 * @param count limbs of x, 1 or 2
 * @returns undefined if no number of slices is exact; channels that have groups are not cut
 */
export function slicesPlan(context: Context<ConvForm>, bounds: ConvBounds, count: 1 | 2): Plan | undefined {
	const [x, w] = context.operands;
	if (w.data === undefined || x.spec.width === 32) return undefined;
	const [outputs, channels] = w.spec.shape;
	const most = context.form.group === 1 ? Math.floor(bounds.count / LEAST_PRODUCTS) : 1;
	for (let slices = 1; slices <= Math.max(most, 1); slices++) {
		if (channels % slices !== 0) continue;
		const sums = sumWeights(w.data, outputs * slices, bounds.count / slices, 1);
		const limbs = count === 1 ? limbsOf(sums, [x.range], 0) : bestLimbs(sums, x.range, x.spec.width);
		if (limbs.bound < BigInt(LIMIT.float32)) return planWith(context, bounds, slices, limbs);
	}
	return undefined;
}

/** The two limbs of the smallest bound. */
function bestLimbs(sums: readonly Weights[], range: Range, width: number): Limbs {
	const all = Array.from({ length: width - 1 }, (_, i) => {
		const { rest, multiple } = nearestRanges(range, i + 1);
		return limbsOf(sums, [rest, multiple], i + 1);
	});
	return all.reduce((best, limbs) => (limbs.bound < best.bound ? limbs : best));
}

function limbsOf(sums: readonly Weights[], ranges: readonly Range[], bits: number): Limbs {
	const each = ranges.flatMap((range) => sums.map((slice) => magnitude(partialSums(slice, range))));
	return { ranges, bits, bound: each.reduce(larger) };
}

function planWith(
	context: Context<ConvForm>,
	bounds: ConvBounds,
	slices: number,
	{ ranges, bits, bound }: Limbs,
): Plan {
	const plan = (ranges.length === 1 ? planFor : planForLimbs)(
		context,
		boundsPerRow(rescaleOf(context), bounds.channels(), 1),
		"float64",
	);
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const x = body.cast(a, "float32");
		const limbs = ranges.length === 1 ? [x] : Object.values(emitNearest(body, x, bits));
		const weights = emitGroups(body, context, body.cast(b, "float32"), slices);
		const sums = limbs.map((limb) => emitSum(body, context, limb, weights, slices));
		const sum = sums.reduce((left, right) => body.op("Add", [left, right]));
		return emitRescale(body, sum, plan, targetOf(context));
	};
	const limbs = ranges.length === 1 ? "" : `, x in 2 limbs of ${bits} bits`;
	const name = `${ranges.length} float32 Conv in ${slices} slices${limbs}, float64 rescale`;
	return { name, bound: Number(bound), limit: LIMIT.float32, emit };
}

/** Weights [M, C, …kernel] as those of `slices` groups of M channels: [slices·M, C / slices, …kernel]. */
function emitGroups(body: Body, context: Context<ConvForm>, weights: string, slices: number): string {
	if (slices === 1) return weights;
	const [m, c, ...kernel] = context.operands[1].spec.shape;
	const size = kernel.reduce((a, b) => a * b, c / slices);
	const cut = body.op("Reshape", [weights, body.list([m, slices, size])]);
	const moved = body.op("Transpose", [cut], { perm: ints([1, 0, 2]) });
	return body.op("Reshape", [moved, body.list([slices * m, c / slices, ...kernel])]);
}

/** The float64 sum of all slices of one limb. */
function emitSum(
	body: Body,
	context: Context<ConvForm>,
	limb: string,
	weights: string,
	slices: number,
): string {
	const { form, operator } = context;
	if (slices === 1) return body.cast(emitConv(body, context, limb, weights), "float64");
	const grouped = { ...context, form: { ...form, group: slices } };
	const sums = body.cast(emitConv(body, grouped, limb, weights), "float64");
	const [n, ...rest] = operator.shape;
	const apart = body.op("Reshape", [sums, body.list([n, slices, ...rest])]);
	return body.op("ReduceSum", [apart, body.list([1])], { keepdims: int(0) });
}
