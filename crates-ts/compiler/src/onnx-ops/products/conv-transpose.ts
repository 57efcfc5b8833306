import { int, ints, string } from "@umpire/graph/attributes.ts";
import { sizeOf, stridesOf, walk } from "@umpire/graph/shapes.ts";
import { type Context, quantisationOfValue, type Value } from "../../lower/context.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { emitConstantConv } from "./conv.ts";

/**
 * ONNX ConvTranspose: strides − 1 zeros between the elements of x, then an ordinary
 * convolution with the kernel turned around.
 */
export function lowerConvTranspose(fused: FusedOp, context: Context): void {
	const { node } = context;
	const [xName, wName, bName] = node.inputs;
	const weights = context.real(wName);
	const bias = context.real(bName);
	if (!weights || (bName && !bias)) {
		throw context.error("its weights or bias depend on the model's inputs", "Make them constant");
	}
	let x = context.value(xName);
	const shape = context.shape(node.outputs[0]);
	const kernel = weights.shape.slice(2);
	const ones = kernel.map(() => 1);
	const strides = ints(node, "strides") ?? ones;
	const dilations = ints(node, "dilations") ?? ones;
	const begins = beginPads(context, kernel, strides, dilations, x.spec.shape.slice(2), shape.slice(2));
	if (strides.some((step) => step > 1)) {
		const dilated = x.spec.shape.map((size, axis) => (axis < 2 ? size : (size - 1) * strides[axis - 2] + 1));
		x = view(context, x, { type: "dilate", steps: [1, 1, ...strides] }, dilated);
	}
	// How far the windows reach before the first element, and beyond the last.
	const reach = kernel.map((size, axis) => (size - 1) * dilations[axis]);
	const before = reach.map((size, axis) => size - begins[axis]);
	const after = reach.map((size, axis) => shape[axis + 2] + size - before[axis] - x.spec.shape[axis + 2]);
	if ([...before, ...after].some((size) => size < 0)) {
		const [first, last] = [before, after].map((sizes) => sizes.map((size) => Math.min(size, 0)));
		const cropped = x.spec.shape.map((size, axis) =>
			axis < 2 ? size : size + first[axis - 2] + last[axis - 2],
		);
		if (cropped.some((size) => size <= 0)) throw context.error("its pads remove all of its input");
		x = view(context, x, { type: "pad", begins: [0, 0, ...first], value: 0 }, cropped);
	}
	const pads = [...before, ...after].map((size) => Math.max(size, 0));
	const group = int(node, "group", 1);
	const turned = turnWeights(weights.shape, weights.data, group);
	const form = { type: "conv", strides: ones, dilations, pads, group } as const;
	const y = emitConstantConv(context, fused, {
		form,
		x,
		name: wName,
		weightShape: turned.shape,
		weights: turned.data,
		bias: bias?.data,
		shape,
	});
	context.bind(fused.output, y);
}

function view(
	context: Context,
	x: Value,
	form: { type: "dilate"; steps: number[] } | { type: "pad"; begins: number[]; value: number },
	shape: readonly number[],
): Value {
	return context.emit({ kind: "View", form, operands: [x], shape, quantisation: quantisationOfValue(x) });
}

/** pads at the beginning, from the attribute or from the output's size (ONNX ConvTranspose, "output_shape"). */
function beginPads(
	context: Context,
	kernel: readonly number[],
	strides: readonly number[],
	dilations: readonly number[],
	size: readonly number[],
	out: readonly number[],
): number[] {
	const { node } = context;
	const auto = string(node, "auto_pad", "NOTSET");
	const explicit = ints(node, "output_shape") !== undefined;
	const same = auto === "SAME_UPPER" || auto === "SAME_LOWER";
	if (!explicit && !same) return (ints(node, "pads") ?? kernel.map(() => 0)).slice(0, kernel.length);
	const extra = ints(node, "output_padding") ?? kernel.map(() => 0);
	return kernel.map((k, axis) => {
		const reach = (k - 1) * dilations[axis] + 1;
		const total = Math.max(0, strides[axis] * (size[axis] - 1) + extra[axis] + reach - out[axis]);
		return auto === "SAME_UPPER" ? Math.floor(total / 2) : total - Math.floor(total / 2);
	});
}

/** [C, M/g, …k] of a transposed convolution as the [M, C/g, …k reversed] of an ordinary one. */
function turnWeights(
	shape: readonly number[],
	data: Float64Array,
	group: number,
): { shape: number[]; data: Float64Array } {
	const [c, m, ...kernel] = shape;
	const perGroup = c / group;
	const strides = stridesOf(shape);
	const size = sizeOf(kernel);
	// Logical order of the result: group, m, c within the group, reversed kernel.
	const order = [group, m, perGroup, ...kernel];
	const steps = [
		perGroup * strides[0],
		strides[1],
		strides[0],
		...kernel.map((_, axis) => -strides[axis + 2]),
	];
	return {
		shape: [group * m, perGroup, ...kernel],
		data: Float64Array.from(walk(order, steps, size - 1), (i) => data[i]),
	};
}
