import { int, ints } from "@umpire/graph/attributes.ts";
import { normaliseAxis, sizeOf } from "@umpire/graph/shapes.ts";
import { type Context, quantisationOfValue, type Value } from "../../lower/context.ts";
import { emitLinear } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { emitConcat } from "../movement/move.ts";
import { sliceAxis } from "../movement/slice.ts";
import { emitAxisSum } from "./axis-sum.ts";

/** Axes of a Reduce node: from its second input, its attribute, or all of them; [] if it does nothing. */
function axesOf(context: Context, rank: number): number[] {
	const { node } = context;
	const given = context.integers(node.inputs[1], "axes") ?? ints(node, "axes") ?? [];
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

/** ONNX ReduceSum and ReduceMean. */
export function lowerReduceSum(mean: boolean): (fused: FusedOp, context: Context) => void {
	return (fused, context) => {
		const x = context.value(context.node.inputs[0]);
		const axes = axesOf(context, x.spec.shape.length);
		const sum = axes.length === 0 ? x : emitAxisSum(context, fused, x, axes, mean);
		context.bind(fused.output, context.reshaped(sum, context.shape(fused.output)));
	};
}

/** The parts of a cone are limited to 1024 of four elements each (docs/protocol.md section 3). */
export const LARGEST_WINDOW = 4096;

/** The largest element over axes, which become size 1; in stages where that are too many elements at once. */
export function emitAxisMax(context: Context, x: Value, axes: readonly number[]): Value {
	const { shape } = x.spec;
	if (sizeOf(axes.map((axis) => shape[axis])) > LARGEST_WINDOW && axes.length > 1) {
		return axes.reduce((value, axis) => emitAxisMax(context, value, [axis]), x);
	}
	const [axis] = axes;
	if (axes.length === 1 && shape[axis] > LARGEST_WINDOW) {
		const pieces: Value[] = [];
		for (let from = 0; from < shape[axis]; from += LARGEST_WINDOW) {
			const size = Math.min(LARGEST_WINDOW, shape[axis] - from);
			pieces.push(emitAxisMax(context, sliceAxis(context, x, axis, from, size), axes));
		}
		return emitAxisMax(context, emitConcat(context, pieces, axis), axes);
	}
	return context.emit({
		kind: "Max",
		form: { type: "reduce", axes },
		operands: [x],
		shape: x.spec.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
		quantisation: quantisationOfValue(x),
	});
}

/** −x at the same scale. */
export function negated(context: Context, x: Value): Value {
	const { low, high, ...rest } = quantisationOfValue(x);
	return emitLinear(context, [x], [-1], x.spec.shape, { ...rest, low: 0 - high, high: 0 - low });
}

/** ONNX ReduceMax, and ReduceMin as −max(−x). */
export function lowerReduceMax(minimum: boolean): (fused: FusedOp, context: Context) => void {
	return (fused, context) => {
		const x = context.value(context.node.inputs[0]);
		const axes = axesOf(context, x.spec.shape.length);
		let y = x;
		if (axes.length > 0) {
			y = minimum
				? negated(context, emitAxisMax(context, negated(context, x), axes))
				: emitAxisMax(context, x, axes);
		}
		context.bind(fused.output, context.reshaped(y, context.shape(fused.output)));
	};
}

/** ONNX GlobalMaxPool. */
export function lowerGlobalMaxPool(fused: FusedOp, context: Context): void {
	const x = context.value(context.node.inputs[0]);
	const axes = x.spec.shape.slice(2).map((_, axis) => axis + 2);
	context.bind(fused.output, emitAxisMax(context, x, axes));
}
