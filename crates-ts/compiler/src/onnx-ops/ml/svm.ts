import { int, numbers, string } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { cast, finish, intsOf, numbersOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext, Decomposition } from "../decomposition.ts";
import { type Features, featuresOf } from "./features.ts";
import { defineBinary, defineHighest, labelsOf, wantsLabel } from "./labels.ts";
import { affine } from "./linear.ts";
import { probabilitiesOf } from "./svm-probabilities.ts";
import { secondClass, transformed, transformOf } from "./transform.ts";

function scaled(context: DecomposeContext, opType: string, x: string, by: number): string {
	const neutral = opType === "Mul" || opType === "Pow" ? 1 : 0;
	return by === neutral ? x : context.emit(opType, [x, scalarOf(context, "float32", by)]);
}

/** The kernel of every row with every one of `vectors` (a list of rows): [rows, vectors]. */
function kernel(
	node: Node,
	context: DecomposeContext,
	features: Features,
	vectors: readonly number[],
): string {
	const type = string(node, "kernel_type", "LINEAR");
	const { x, rows, count } = features;
	const number = vectors.length / count;
	const [gamma = 0, bias = 0, degree = 0] = numbers(node, "kernel_params");
	if (type === "RBF") {
		// The squared differences themselves: |x|² + |v|² − 2x·v would cancel what a narrow kernel depends on.
		const wide = reshape(context, x, [rows, 1, count]);
		const difference = context.emit("Sub", [
			wide,
			numbersOf(context, "float32", [1, number, count], vectors),
		]);
		const squares = context.emit("Mul", [difference, difference]);
		const distance = context.emit("ReduceSum", [squares, intsOf(context, [2])], { keepdims: 0 });
		return context.emit("Exp", [scaled(context, "Mul", distance, -gamma)]);
	}
	const product = affine(context, features, vectors, [], number);
	const inner = scaled(context, "Add", scaled(context, "Mul", product, gamma), bias);
	if (type === "POLY") return scaled(context, "Pow", inner, degree);
	if (type === "SIGMOID") return context.emit("Tanh", [inner]);
	throw context.error(`its kernel ${type} is not one of LINEAR, POLY, RBF and SIGMOID`);
}

/**
 * Scores Σ weights·kernel + rho. Of a linear kernel all support vectors together are one vector per score: products
 * with hundreds of them, which nearly cancel, are never rounded.
 */
function scored(
	node: Node,
	context: DecomposeContext,
	features: Features,
	weights: readonly number[],
	rho: readonly number[],
	scores: number,
): string {
	const vectors = numbers(node, "support_vectors");
	const { count } = features;
	const supports = vectors.length / count;
	if (string(node, "kernel_type", "LINEAR") !== "LINEAR") {
		const x = kernel(node, context, features, vectors);
		return affine(context, { ...features, x, count: supports }, weights, rho, scores);
	}
	const together = Array.from({ length: scores * count }, (_, i) => {
		const [score, feature] = [Math.floor(i / count), i % count];
		let sum = 0;
		for (let s = 0; s < supports; s++) sum += weights[score * supports + s] * vectors[s * count + feature];
		return sum;
	});
	return affine(context, features, together, rho, scores);
}

/** ONNX ai.onnx.ml SVMRegressor: [rows, 1]. */
export const decomposeSvmRegressor: Decomposition = (node, context) => {
	const features = featuresOf(node, context);
	const coefficients = numbers(node, "coefficients");
	const rho = numbers(node, "rho").slice(0, 1);
	const supports = int(node, "n_supports", 0);
	const y =
		supports > 0
			? scored(node, context, features, coefficients, rho, 1)
			: affine(context, features, coefficients, rho, 1);
	if (int(node, "one_class", 0) === 0) {
		finish(context, node, y);
		return;
	}
	const inside = context.emit("Greater", [y, scalarOf(context, "float32", 0)]);
	const [one, minus] = [1, -1].map((value) => scalarOf(context, "float32", value));
	finish(context, node, context.emit("Where", [inside, one, minus]));
};

/**
 * ONNX ai.onnx.ml SVMClassifier. With support vectors, every pair of classes has a score and the
 * class with most votes wins, whatever the probabilities (prob_a, prob_b); without, every class has a score.
 */
export const decomposeSvmClassifier: Decomposition = (node, context) => {
	const features = featuresOf(node, context);
	const labels = labelsOf(node);
	const transform = transformOf(context, string(node, "post_transform", "NONE"));
	const perClass = numbers(node, "vectors_per_class");
	const coefficients = numbers(node, "coefficients");
	const rho = numbers(node, "rho");
	const wanted = wantsLabel(node, context, labels);
	const classes = labels.integers ?? [];
	if (perClass.length === 0) {
		const bias = new Array<number>(labels.count).fill(rho[0]);
		const scores = affine(context, features, coefficients, bias, labels.count);
		if (labels.count < 3)
			throw context.error("it has two classes without support vectors", "Use LinearClassifier");
		if (wanted) defineHighest(node, context, scores, classes);
		if (node.outputs[1]) finish(context, node, transformed(context, scores, transform), 1);
		return;
	}
	const supports = perClass.reduce((sum, count) => sum + count, 0);
	const pairs = pairsOf(labels.count);
	const weights = pairs.flatMap(([i, j]) => pairWeights(coefficients, perClass, supports, i, j));
	const scores = scored(node, context, features, weights, rho, pairs.length);
	const platt = [numbers(node, "prob_a"), numbers(node, "prob_b")];
	if (platt[0].length > 0 && node.outputs[1]) {
		const shape = [features.rows, labels.count] as const;
		const estimates = probabilitiesOf(context, scores, pairs, platt, shape);
		finish(context, node, transformed(context, estimates, transform), 1);
	}
	const isDone = platt[0].length > 0 || !node.outputs[1];
	if (labels.count === 2) {
		if (wanted) defineBinary(node, context, scores, features.rows, 0, classes.toReversed());
		if (isDone) return;
		finish(context, node, secondClass(context, scores, transform, transform !== "NONE"), 1);
		return;
	}
	if (wanted) defineHighest(node, context, votesOf(context, scores, pairs, labels.count), classes);
	if (!isDone) finish(context, node, transformed(context, scores, transform), 1);
};

function pairsOf(count: number): [number, number][] {
	const all = Array.from({ length: count }, (_, k) => k);
	return all.flatMap((i) => all.slice(i + 1).map((j): [number, number] => [i, j]));
}

/** Weights of the support vectors in the score of classes i < j: those of i have them in row j − 1, those of j in row i. */
function pairWeights(
	coefficients: readonly number[],
	perClass: readonly number[],
	supports: number,
	i: number,
	j: number,
): number[] {
	return perClass.flatMap((count, k) => {
		const start = perClass.slice(0, k).reduce((sum, own) => sum + own, 0);
		const row = k === i ? j - 1 : k === j ? i : undefined;
		return Array.from({ length: count }, (_, m) =>
			row === undefined ? 0 : coefficients[row * supports + start + m],
		);
	});
}

/** How many pairs every class wins: a pair's first class above 0, its second otherwise. int64 [rows, classes]. */
function votesOf(
	context: DecomposeContext,
	scores: string,
	pairs: readonly (readonly [number, number])[],
	classes: number,
): string {
	const first = cast(context, context.emit("Greater", [scores, scalarOf(context, "float32", 0)]), "int64");
	const table = pairs.flatMap(([i, j]) =>
		Array.from({ length: classes }, (_, k) => (k === i ? 1 : k === j ? -1 : 0)),
	);
	const seconds = Array.from({ length: classes }, (_, k) => pairs.filter(([, j]) => j === k).length);
	const matrix = numbersOf(context, "int64", [pairs.length, classes], table);
	const won = context.emit("MatMul", [first, matrix]);
	return context.emit("Add", [won, numbersOf(context, "int64", [classes], seconds)]);
}
