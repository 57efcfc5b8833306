import { int, ints } from "@umpire/graph/attributes.ts";
import { normaliseAxis } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { intsOf } from "./build.ts";
import type { DecomposeContext } from "./decomposition.ts";

/** `ReduceMax`, `ReduceSum`, … over `axes`, which stay as size 1 unless told otherwise. */
export function reduced(
	context: DecomposeContext,
	opType: string,
	x: string,
	axes: readonly number[],
	keep = true,
	outputs?: readonly string[],
): string {
	return context.emit(opType, [x, intsOf(context, axes)], { keepdims: keep ? 1 : 0 }, outputs);
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
