import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { int, ints } from "../attributes.ts";
import { normaliseAxis } from "../shapes.ts";
import type { DecomposeContext } from "./context.ts";

/** A scalar constant of the given type. */
export function scalarOf(context: DecomposeContext, value: number, type: ElementType): string {
	return context.tensor(tensorFrom(type, [], [value]));
}

/** An int64 constant of one axis: axes, shapes, splits. */
export function integersOf(context: DecomposeContext, values: readonly number[]): string {
	return context.tensor(tensorFrom("int64", [values.length], values));
}

/** `ReduceMax`, `ReduceSum`, … over `axes`, which stay as size 1 unless told otherwise. */
export function reduced(
	context: DecomposeContext,
	opType: string,
	x: string,
	axes: readonly number[],
	keep = true,
	outputs?: readonly string[],
): string {
	return context.emit(opType, [x, integersOf(context, axes)], { keepdims: keep ? 1 : 0 }, outputs);
}

export function reshapedTo(
	context: DecomposeContext,
	x: string,
	shape: readonly number[],
	outputs?: readonly string[],
): string {
	return context.emit("Reshape", [x, integersOf(context, shape)], {}, outputs);
}

/** A node's `axis` attribute as 0 … rank − 1. */
export function axisOf(node: Node, context: DecomposeContext, fallback: number, name = "axis"): number {
	const rank = context.shape(node.inputs[0]).length;
	const given = int(node, name, fallback);
	const axis = normaliseAxis(given, Math.max(rank, 1));
	if (axis === undefined) throw context.error(`${name} ${given} is out of range for rank ${rank}`);
	return axis;
}

/** Axes of a Reduce node: its second input, its attribute, or all of them; [] if it reduces nothing. */
export function reduceAxesOf(node: Node, context: DecomposeContext): number[] {
	const rank = context.shape(node.inputs[0]).length;
	const tensor = context.constant(node.inputs[1]);
	if (node.inputs[1] && !tensor)
		throw context.error("its axes depend on the model's inputs", "Make the axes constant");
	const given = tensor ? Array.from(tensor.data as BigInt64Array, Number) : (ints(node, "axes") ?? []);
	if (given.length === 0) {
		return int(node, "noop_with_empty_axes", 0) ? [] : Array.from({ length: rank }, (_, axis) => axis);
	}
	const axes = given.map((axis) => {
		const positive = normaliseAxis(axis, rank);
		if (positive === undefined) throw context.error(`axis ${axis} is out of range for rank ${rank}`);
		return positive;
	});
	return [...new Set(axes)].sort((a, b) => a - b);
}
