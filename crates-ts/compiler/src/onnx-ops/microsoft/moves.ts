import { int, ints, string } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { constantOf, finish, intsOf } from "../build.ts";
import type { DecomposeContext, Decomposition } from "../decomposition.ts";

/** An operator of onnxruntime's that ONNX has under the same name. */
export function renamed(opType: string): Decomposition {
	return (node, context) => {
		context.emit(opType, node.inputs, Object.fromEntries(node.attributes), node.outputs);
	};
}

/** onnxruntime's ExpandDims: one axis of size 1 more. */
export function decomposeExpandDims(node: Node, context: DecomposeContext): void {
	const axis = constantOf(context, node.inputs[1], "axis")!;
	finish(context, node, context.emit("Unsqueeze", [node.inputs[0], intsOf(context, axis)]));
}

/** onnxruntime's GridSample, whose modes have ONNX's older names. */
export function decomposeMicrosoftGridSample(node: Node, context: DecomposeContext): void {
	const attributes = Object.fromEntries(node.attributes);
	const mode = string(node, "mode", "bilinear").replace(/^bi/, "");
	context.emit("GridSample", node.inputs, { ...attributes, mode }, node.outputs);
}

/** A permutation that moves the channels from the end behind the batch, or back. */
export function channelsFirst(rank: number): number[] {
	return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, k) => k + 1)];
}

export function channelsLast(rank: number): number[] {
	return [0, ...Array.from({ length: rank - 2 }, (_, k) => k + 2), 1];
}

/** onnxruntime's NhwcMaxPool: MaxPool of images whose channels come last. */
export function decomposeNhwcMaxPool(node: Node, context: DecomposeContext): void {
	const [x] = node.inputs;
	const rank = context.shape(x).length;
	const turned = context.emit("Transpose", [x], { perm: channelsFirst(rank) });
	const pooled = context.emit("MaxPool", [turned], Object.fromEntries(node.attributes));
	finish(context, node, context.emit("Transpose", [pooled], { perm: channelsLast(rank) }));
}

/** onnxruntime's ConvTransposeWithDynamicPads, with constant pads. */
export function decomposeConvTransposeWithPads(node: Node, context: DecomposeContext): void {
	const [x, w, padsName, bias] = node.inputs;
	const pads = constantOf(context, padsName, "pads");
	const own = Object.fromEntries([...node.attributes].filter(([name]) => name !== "auto_pad"));
	const operands = bias ? [x, w, bias] : [x, w];
	const attributes = pads ? { ...own, pads } : { ...own, pads: ints(node, "pads") ?? [] };
	finish(context, node, context.emit("ConvTranspose", operands, attributes));
}

/** onnxruntime's CDist: the distances of all rows of A from all rows of B. */
export function decomposeCDist(node: Node, context: DecomposeContext): void {
	const [a, b] = node.inputs;
	const metric = string(node, "metric", "sqeuclidean");
	if (metric !== "sqeuclidean" && metric !== "euclidean")
		throw context.error(`its metric is ${metric}`, "euclidean and sqeuclidean compile");
	const apart = context.emit("Sub", [
		context.emit("Unsqueeze", [a, intsOf(context, [1])]),
		context.emit("Unsqueeze", [b, intsOf(context, [0])]),
	]);
	const squares = context.emit("ReduceSumSquare", [apart, intsOf(context, [2])], { keepdims: 0 });
	finish(context, node, metric === "euclidean" ? context.emit("Sqrt", [squares]) : squares);
}

/** Whether an operator takes its channels last. */
export function takesChannelsLast(node: Node): boolean {
	return int(node, "channels_last", 0) === 1;
}
