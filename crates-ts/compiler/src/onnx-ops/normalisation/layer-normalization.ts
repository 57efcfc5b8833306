import { float } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { axisOf } from "../axes.ts";
import { finish, intsOf, numbersOf, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { rootMeanSquare, type Source, scaledAndShifted, sourceOf, standardise } from "./moments.ts";

function axesFrom(node: Node, context: DecomposeContext): number[] {
	const axis = axisOf(node, context, -1);
	return context.shape(node.inputs[0]).flatMap((_, a) => (a >= axis ? [a] : []));
}

/** Mean and inverse deviation are float32 in ONNX, whatever x is. */
function finishStatistic(node: Node, context: DecomposeContext, value: string, output: number): void {
	const name = node.outputs[output];
	if (!name) return;
	const same = context.type(name) === context.type(node.inputs[0]);
	if (!same)
		throw context.error(`its output "${name}" has another type than its input`, "Use float32 throughout");
	finish(context, node, value, output);
}

/** ONNX LayerNormalization, with Mean and InvStdDev where they are used. */
export function decomposeLayerNormalization(node: Node, context: DecomposeContext): void {
	const [x, scale, bias] = node.inputs;
	const epsilon = float(node, "epsilon", 1e-5);
	const { y, mean, deviation } = standardise(context, sourceOf(context, x), axesFrom(node, context), epsilon);
	finish(context, node, scaledAndShifted(context, y, scale, bias));
	finishStatistic(node, context, mean, 1);
	if (node.outputs[2]) finishStatistic(node, context, context.emit("Reciprocal", [deviation]), 2);
}

/** x / √(mean of squares + epsilon)·scale along the last axes: RMSNormalization, SimplifiedLayerNormalization. */
export function decomposeRmsNormalization(node: Node, context: DecomposeContext): void {
	const [x, scale] = node.inputs;
	const source = sourceOf(context, x);
	const root = rootMeanSquare(context, source, axesFrom(node, context), float(node, "epsilon", 1e-5));
	finish(context, node, scaledAndShifted(context, context.emit("Div", [x, root]), scale, undefined));
	if (node.outputs[1]) finishStatistic(node, context, context.emit("Reciprocal", [root]), 1);
}

/** x + skip + bias, which is also the node's fourth output. */
function skipSum(node: Node, context: DecomposeContext, bias: string | undefined): Source {
	for (const output of [1, 2]) {
		if (node.outputs[output])
			throw context.error("its mean or inverse deviation is used", "Export without them");
	}
	const [x, skip] = node.inputs;
	const plain = context.emit("Add", [x, skip]);
	const name = bias ? context.emit("Add", [plain, bias]) : plain;
	if (node.outputs[3]) finish(context, node, name, 3);
	return { ...sourceOf(context, x), name };
}

/** onnxruntime's SkipLayerNormalization: LayerNormalization of input + skip (+ bias) along the last axis. */
export function decomposeSkipLayerNormalization(node: Node, context: DecomposeContext): void {
	const [, , gamma, beta, bias] = node.inputs;
	const sum = skipSum(node, context, bias);
	const { y } = standardise(context, sum, [sum.shape.length - 1], float(node, "epsilon", 1e-12));
	finish(context, node, scaledAndShifted(context, y, gamma, beta));
}

/** onnxruntime's SkipSimplifiedLayerNormalization: the same by root mean squares. */
export function decomposeSkipSimplifiedLayerNormalization(node: Node, context: DecomposeContext): void {
	const [, , gamma, bias] = node.inputs;
	const sum = skipSum(node, context, bias);
	const root = rootMeanSquare(context, sum, [sum.shape.length - 1], float(node, "epsilon", 1e-12));
	finish(context, node, context.emit("Mul", [context.emit("Div", [sum.name, root]), gamma]));
}

/** onnxruntime's EmbedLayerNormalization: the sum of word, position and segment embeddings, normalised; how many words a mask leaves. */
export function decomposeEmbedLayerNormalization(node: Node, context: DecomposeContext): void {
	const [ids, segments, words, places, kinds, gamma, beta, mask, positions] = node.inputs;
	const [batch, sequence] = context.shape(ids);
	const width = context.shape(words)[1];
	const row = (table: string, index: string): string => context.emit("Gather", [table, index], { axis: 0 });
	const counting = reshape(context, intsOf(context, [...Array(sequence).keys()]), [1, sequence]);
	const placed = context.emit("Add", [row(words, ids), row(places, positions || counting)]);
	const name = segments && kinds ? context.emit("Add", [placed, row(kinds, segments)]) : placed;
	const sum: Source = { name, type: context.type(words), shape: [batch, sequence, width] };
	const { y } = standardise(context, sum, [2], float(node, "epsilon", 1e-12));
	finish(context, node, scaledAndShifted(context, y, gamma, beta));
	if (node.outputs[2]) finish(context, node, name, 2);
	if (!node.outputs[1]) return;
	const counts = mask
		? context.emit("ReduceSum", [mask, intsOf(context, [1])], { keepdims: 0 })
		: numbersOf(context, "int32", [batch], new Array(batch).fill(0));
	finish(context, node, counts, 1);
}
