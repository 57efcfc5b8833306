import { rangeOf as widthRange } from "@umpire/commitment/elements.ts";
import { type Body, ints } from "../../body.ts";
import { type Context, carrier, movePlan, type Plan } from "../../context.ts";
import { emitPads, type Padded } from "../../pads.ts";
import { type Axis, extent, hasEmptyWindow } from "../../windows.ts";
import { type PoolForm, windowAxes } from "./form.ts";

/** onnxruntime's MaxPool takes at most three axes. */
const MOST_AXES = 3;

/** MaxPool; onnxruntime gives −3.4e38 where a window lies wholly in the padding, so the lowest value joins. */
export function maximumPlan(context: Context<PoolForm>): Plan {
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
