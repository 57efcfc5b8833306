import { int, numbers, string } from "@umpire/graph/attributes.ts";
import { finish, numbersOf } from "../build.ts";
import type { DecomposeContext, Decomposition } from "../decomposition.ts";
import { type Features, featuresOf } from "./features.ts";
import { defineBinary, defineHighest, labelsOf, wantsLabel } from "./labels.ts";
import { secondClass, transformed, transformOf } from "./transform.ts";

/** x·coefficientsᵀ + intercepts, the coefficients being a list of `targets` rows. */
export function affine(
	context: DecomposeContext,
	{ x, count }: Features,
	coefficients: readonly number[],
	intercepts: readonly number[],
	targets: number,
): string {
	if (coefficients.length !== targets * count) {
		throw context.error(
			`it has ${coefficients.length} coefficients, ${targets} targets of ${count} features need ${targets * count}`,
		);
	}
	const columns = Array.from({ length: count * targets }, (_, k) => {
		const [feature, target] = [Math.floor(k / targets), k % targets];
		return coefficients[target * count + feature];
	});
	const product = context.emit("MatMul", [x, numbersOf(context, "float32", [count, targets], columns)]);
	if (intercepts.every((value) => value === 0)) return product;
	return context.emit("Add", [product, numbersOf(context, "float32", [intercepts.length], intercepts)]);
}

/** ONNX ai.onnx.ml LinearRegressor: [rows, targets]. */
export const decomposeLinearRegressor: Decomposition = (node, context) => {
	const targets = int(node, "targets", 1);
	const transform = transformOf(context, string(node, "post_transform", "NONE"));
	const scores = affine(
		context,
		featuresOf(node, context),
		numbers(node, "coefficients"),
		numbers(node, "intercepts"),
		targets,
	);
	finish(context, node, targets > 1 ? transformed(context, scores, transform) : scores);
};

/** ONNX ai.onnx.ml LinearClassifier; as in onnxruntime there are as many scores as intercepts. */
export const decomposeLinearClassifier: Decomposition = (node, context) => {
	const features = featuresOf(node, context);
	const labels = labelsOf(node);
	const intercepts = numbers(node, "intercepts");
	const transform = transformOf(context, string(node, "post_transform", "NONE"));
	const targets = intercepts.length;
	const scores = affine(context, features, numbers(node, "coefficients"), intercepts, targets);
	const wanted = wantsLabel(node, context, labels);
	const classes = labels.integers ?? [];
	if (targets > 1) {
		if (wanted) defineHighest(node, context, scores, classes);
		if (node.outputs[1]) finish(context, node, transformed(context, scores, transform), 1);
		return;
	}
	if (wanted) defineBinary(node, context, scores, features.rows, 0, classes.length === 2 ? classes : [0, 1]);
	if (!node.outputs[1]) return;
	if (labels.count === 2) finish(context, node, secondClass(context, scores, transform, true), 1);
	else finish(context, node, scores, 1);
};
