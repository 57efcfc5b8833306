import { int, ints, string } from "@umpire/graph/attributes.ts";
import { normaliseAxis } from "@umpire/graph/shapes.ts";
import { alignScales } from "../../lower/align.ts";
import { combined } from "../../lower/combined.ts";
import { type Context, quantisationOfValue, type Value } from "../../lower/context.ts";
import type { FusedOp } from "../../lower/fused-op.ts";

/** Reshape, Flatten, Squeeze, Unsqueeze, Identity: same elements in the same order. */
export function lowerReshape(fused: FusedOp, context: Context): void {
	const x = context.value(context.node.inputs[0]);
	context.bind(fused.output, context.reshaped(x, context.shape(fused.output)));
}

export function emitTranspose(context: Context, x: Value, permutation: readonly number[]): Value {
	if (permutation.every((axis, i) => axis === i)) return x;
	return context.emit({
		kind: "View",
		form: { type: "transpose", permutation },
		operands: [x],
		shape: permutation.map((axis) => x.spec.shape[axis]),
		quantisation: quantisationOfValue(x),
	});
}

export function lowerTranspose(fused: FusedOp, context: Context): void {
	const x = context.value(context.node.inputs[0]);
	const permutation = ints(context.node, "perm") ?? x.spec.shape.map((_, axis) => axis).reverse();
	context.bind(fused.output, emitTranspose(context, x, permutation));
}

/** Several tensors of one scale in a row along `axis`. */
export function emitConcat(context: Context, pieces: readonly Value[], axis: number): Value {
	return combined(pieces, (some) => concatOf(context, some, axis));
}

function concatOf(context: Context, pieces: readonly Value[], axis: number): Value {
	const [{ spec }] = pieces;
	const shape = [...spec.shape];
	shape[axis] = pieces.reduce((sum, piece) => sum + piece.spec.shape[axis], 0);
	const low = Math.min(...pieces.map((piece) => piece.spec.low));
	const high = Math.max(...pieces.map((piece) => piece.spec.high));
	const quantisation = { scale: spec.scale, width: spec.width, low, high };
	return context.emit({
		kind: "View",
		form: { type: "concat", axis },
		operands: pieces,
		shape,
		quantisation,
	});
}

export function lowerConcat(fused: FusedOp, context: Context): void {
	const { node } = context;
	const rank = context.shape(fused.output).length;
	// Opset 1 had a default.
	const axis = normaliseAxis(int(node, "axis", 1), rank);
	if (axis === undefined) throw context.error(`its axis is out of range for rank ${rank}`);
	context.bind(
		fused.output,
		emitConcat(context, alignScales(context, node.inputs, context.isWide(fused.output)), axis),
	);
}

function emitExpand(context: Context, x: Value, shape: readonly number[], form: "expand" | "tile"): Value {
	if (x.spec.shape.length === shape.length && x.spec.shape.every((size, axis) => size === shape[axis]))
		return x;
	const quantisation = quantisationOfValue(x);
	return context.emit({ kind: "View", form: { type: form }, operands: [x], shape, quantisation });
}

/** Expand and Tile: the output's shape says it all. */
export function lowerExpand(form: "expand" | "tile"): (fused: FusedOp, context: Context) => void {
	return (fused, context) => {
		const x = context.value(context.node.inputs[0]);
		context.bind(fused.output, emitExpand(context, x, context.shape(fused.output), form));
	};
}

/** DepthToSpace (modes DCR and CRD). */
export function lowerDepthToSpace(fused: FusedOp, context: Context): void {
	const { node } = context;
	const x = context.value(node.inputs[0]);
	const [n, c, h, w] = x.spec.shape;
	const b = int(node, "blocksize", 1);
	const depth = c / (b * b);
	const crd = string(node, "mode", "DCR") === "CRD";
	const split = crd ? [n, depth, b, b, h, w] : [n, b, b, depth, h, w];
	const permutation = crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
	const moved = emitTranspose(context, context.reshaped(x, split), permutation);
	context.bind(fused.output, context.reshaped(moved, [n, depth, h * b, w * b]));
}

export function lowerSpaceToDepth(fused: FusedOp, context: Context): void {
	const x = context.value(context.node.inputs[0]);
	const [n, c, h, w] = x.spec.shape;
	const b = int(context.node, "blocksize", 1);
	const split = context.reshaped(x, [n, c, h / b, b, w / b, b]);
	const moved = emitTranspose(context, split, [0, 3, 5, 1, 2, 4]);
	context.bind(fused.output, context.reshaped(moved, [n, c * b * b, h / b, w / b]));
}
