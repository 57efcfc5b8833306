import { int, numbers, string } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { finish, numbersOf } from "../build.ts";
import type { DecomposeContext, Decomposition } from "../decomposition.ts";
import type { Ensemble } from "./ensemble.ts";
import { readEnsemble, reals } from "./ensemble-v1.ts";
import { readTreeEnsemble } from "./ensemble-v5.ts";
import { featuresOf } from "./features.ts";
import { defineBinary, defineHighest, labelsOf, wantsLabel } from "./labels.ts";
import { secondClass, type Transform, transformed, transformOf } from "./transform.ts";
import { emitEnsemble } from "./traverse.ts";

const TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];

function plus(context: DecomposeContext, scores: string, base: readonly number[]): string {
	if (base.every((value) => value === 0)) return scores;
	return context.emit("Add", [scores, numbersOf(context, "float32", [1, base.length], base)]);
}

/** ONNX ai.onnx.ml TreeEnsembleRegressor: [rows, targets]. */
export const decomposeTreeRegressor: Decomposition = (node, context) => {
	const features = featuresOf(node, context, true);
	const ensemble = readEnsemble(node, context, "target", int(node, "n_targets", 1));
	const transform = transformOf(context, string(node, "post_transform", "NONE"));
	const scores = plus(context, emitEnsemble(context, features, ensemble), reals(node, "base_values"));
	finish(context, node, finalScores(context, scores, transform, ensemble.targets));
};

/** ONNX ai.onnx.ml TreeEnsemble (version 5): [rows, targets]. */
export const decomposeTreeEnsemble: Decomposition = (node, context) => {
	const features = featuresOf(node, context, true);
	const ensemble = readTreeEnsemble(node, context);
	const transform = transformOf(context, TRANSFORMS[int(node, "post_transform", 0)] ?? "unknown");
	const scores = emitEnsemble(context, features, ensemble);
	const result = finalScores(context, scores, transform, ensemble.targets);
	if (features.type === "float64") context.emit("Cast", [result], { to: 11 }, [node.outputs[0]]);
	else finish(context, node, result);
};

/** onnxruntime transforms a single score only in classifiers. */
function finalScores(
	context: DecomposeContext,
	scores: string,
	transform: Transform,
	targets: number,
): string {
	return targets > 1 ? transformed(context, scores, transform) : scores;
}

/**
 * ONNX ai.onnx.ml TreeEnsembleClassifier. Two classes follow onnxruntime, which ONNX leaves open:
 * weights for one class only are the score of the second class.
 */
export const decomposeTreeClassifier: Decomposition = (node, context) => {
	const features = featuresOf(node, context, true);
	const labels = labelsOf(node, "classlabels_int64s");
	const ensemble = readEnsemble(node, context, "class", labels.count);
	const transform = transformOf(context, string(node, "post_transform", "NONE"));
	const base = reals(node, "base_values");
	const wanted = wantsLabel(node, context, labels);
	const classes = labels.integers ?? [];
	if (labels.count < 2) throw context.error(`it has ${labels.count} classes`, "Use a regressor");
	const sums = emitEnsemble(context, features, ensemble);
	const done = (scores: string): void => {
		if (node.outputs[1]) finish(context, node, transformed(context, scores, transform), 1);
	};
	if (labels.count > 2) {
		const scores = plus(context, sums, base);
		if (wanted) highest(node, context, scores, classes, base.length > 0);
		return done(scores);
	}
	const used = new Set(numbers(node, "class_ids"));
	const side = (k: number): string =>
		context.emit("Slice", [
			sums,
			...[[k], [k + 1], [1]].map((list) => numbersOf(context, "int64", [1], list)),
		]);
	const positive = reals(node, "class_weights").every((weight) => weight >= 0);
	const limit = positive ? 0.5 : 0;
	const label = (score: string, threshold: number, names: readonly number[]): void => {
		if (wanted) defineBinary(node, context, score, features.rows, threshold, names);
	};
	if (used.size === 1 && used.has(0) && base.length < 2) {
		const score = plus(context, side(0), base);
		label(score, limit, classes);
		if (node.outputs[1]) finish(context, node, secondClass(context, score, transform, positive), 1);
		return;
	}
	if (used.size === 1 && used.has(1) && base.length < 2) {
		label(side(1), limit, classes);
		return done(sums);
	}
	if (used.size === 2 && base.length < 2 && givesBoth(ensemble)) {
		const scores = plus(context, sums, base.length === 1 ? [base[0], 0] : []);
		label(side(1), 0, [0, 1]);
		return done(scores);
	}
	throw context.error(
		`onnxruntime's result for these two classes is not well defined (${base.length} base values, weights for ${used.size} classes)`,
		"Export the weights of one class only, with at most one base value",
	);
};

/** The label among the classes that have weights; base values give every class a score. */
function highest(
	node: Node,
	context: DecomposeContext,
	scores: string,
	classes: readonly number[],
	hasBase: boolean,
): void {
	const used = new Set(numbers(node, "class_ids"));
	const columns = classes.flatMap((_, k) => (hasBase || used.has(k) ? [k] : []));
	if (columns.length === classes.length) {
		defineHighest(node, context, scores, classes);
		return;
	}
	const indices = numbersOf(context, "int64", [columns.length], columns);
	const chosen = context.emit("Gather", [scores, indices], { axis: 1 });
	defineHighest(
		node,
		context,
		chosen,
		columns.map((k) => classes[k]),
	);
}

/** Whether every row gets a weight for both classes. */
function givesBoth({ leaves }: Ensemble): boolean {
	return leaves.every((weights) => [0, 1].every((k) => weights.some(({ target }) => target === k)));
}
