import { rangeOf as widthRange } from "@umpire/commitment/elements.ts";
import { type Body, int, ints, LIMIT } from "../body.ts";
import { largest } from "../bounds.ts";
import { type Context, carrier, movePlan, type Plan } from "../context.ts";
import { partialSums } from "../dot-bounds.ts";
import { planFor, targetOf } from "../dot-plan.ts";
import { digitRanges, emitLimbs, type Limbs, WHOLE } from "../limbs.ts";
import { checkOnes } from "../ones.ts";
import { emitRescale } from "../rescale/function.ts";
import { reduceSumPlan } from "../sum/function.ts";
import { emitPads, type Padded } from "./pads.ts";
import { type Axis, axesOf, extent, hasEmptyWindow } from "./windows.ts";

export function poolPlan(context: Context<"pool">): Plan {
	return context.operator.kind === "Max" ? maxPlan(context) : averagePlan(context);
}

function windowAxes(context: Context<"pool">): Axis[] {
	const { form, operands, operator } = context;
	return axesOf(form, form.kernel, operands[0].spec.shape.slice(2), operator.shape.slice(2));
}

/** onnxruntime's MaxPool takes at most three axes. */
const MOST_AXES = 3;

/** MaxPool; onnxruntime gives −3.4e38 where a window lies wholly in the padding, so the lowest value joins. */
function maxPlan(context: Context<"pool">): Plan {
	const { operator } = context;
	const axes = windowAxes(context);
	const lowest = widthRange(operator.width).low;
	return movePlan("MaxPool", context, (body, [value]) => {
		const type = carrier(operator);
		const input = body.cast(value, type);
		const padded = emitPads(body, input, axes, lowest);
		const pool = axes.length <= MOST_AXES ? emitMaxPool : emitMaxPools;
		const [batch, channels] = operator.shape;
		const result = pool(body, padded, axes, [batch, channels]);
		if (padded.value !== input || !axes.some(hasEmptyWindow)) return result;
		return body.op("Max", [result, body.reals(type, [lowest])]);
	});
}

function emitMaxPool(body: Body, { value, pads }: Padded, axes: readonly Axis[]): string {
	return body.op("MaxPool", [value], {
		kernel_shape: ints(axes.map(({ kernel }) => kernel)),
		strides: ints(axes.map(({ stride }) => stride)),
		pads: ints(pads),
		dilations: ints(axes.map(({ dilation }) => dilation)),
	});
}

/** The largest of a window is that along its last axes of those along its first ones: three axes at a time. */
function emitMaxPools(
	body: Body,
	{ value, pads }: Padded,
	axes: readonly Axis[],
	[batch, channels]: readonly [number, number],
): string {
	const rank = axes.length;
	// What the input has of each axis, its own padding in front included.
	const sizes = axes.map((axis) => (pads.every((pad) => pad === 0) ? paddedSize(axis) : axis.size));
	let result = value;
	for (let from = 0; from < rank; from += MOST_AXES - 1) {
		const here = axes.slice(from, from + MOST_AXES - 1);
		const before = sizes.slice(0, from).reduce((product, size) => product * size, 1);
		const after = sizes.slice(from + here.length).reduce((product, size) => product * size, 1);
		const own = sizes.slice(from, from + here.length);
		const flat = body.op("Reshape", [result, body.list([batch, channels * before, ...own, after])]);
		const rest: Axis = { size: after, output: after, kernel: 1, stride: 1, begin: 0, dilation: 1 };
		const [begins, ends] = [0, rank].map((side) => pads.slice(side + from, side + from + here.length));
		result = emitMaxPool(body, { value: flat, pads: [...begins, 0, ...ends, 0] }, [...here, rest]);
		for (const [i, { output }] of here.entries()) sizes[from + i] = output;
	}
	return body.op("Reshape", [result, body.list([batch, channels, ...sizes])]);
}

/** The size of an axis after `emitPads` has cropped and padded it to exactly what its windows reach. */
const paddedSize = (axis: Axis): number => (axis.output - 1) * axis.stride + extent(axis);

/** Ones that a Conv of one kernel per channel may have: they are constants of the body. */
const MOST_ONES = 2 ** 24;

/** Sums over windows: ReduceSum if one window is all there is, else a depthwise Conv with ones. */
function averagePlan(context: Context<"pool">): Plan {
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

function emitWindowSum(body: Body, context: Context<"pool">, axes: readonly Axis[], value: string): string {
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
