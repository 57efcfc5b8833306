import { float, numbers, string } from "@umpire/graph/attributes.ts";
import { cast, finish, intsOf, numbersOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext, Decomposition } from "../decomposition.ts";
import { featuresOf } from "./features.ts";
import { holdsMissing } from "./missing.ts";

/** A list with one entry per feature, or one for all of them. */
function perFeature(
	context: DecomposeContext,
	list: readonly number[],
	count: number,
	name: string,
): number[] {
	if (list.length === 1) return new Array<number>(count).fill(list[0]);
	if (list.length === count) return [...list];
	throw context.error(`its ${name} has ${list.length} entries, the input has ${count} features`);
}

/** The result in the shape of the node's own input, which may be a vector. */
function finishAs(context: DecomposeContext, node: Parameters<Decomposition>[0], y: string): void {
	const shape = context.shape(node.inputs[0]);
	finish(context, node, shape.length === 1 ? reshape(context, y, shape) : y);
}

/** ONNX ai.onnx.ml Scaler: (x − offset)·scale, as one BatchNormalization over the features. */
export const decomposeScaler: Decomposition = (node, context) => {
	const { x, count } = featuresOf(node, context);
	const offset = perFeature(context, numbers(node, "offset"), count, "offset");
	const scale = perFeature(context, numbers(node, "scale"), count, "scale");
	const row = (values: readonly number[]): string => numbersOf(context, "float32", [count], values);
	const parts = [scale, new Array<number>(count).fill(0), offset, new Array<number>(count).fill(1)];
	const y = context.emit("BatchNormalization", [x, ...parts.map(row)], { epsilon: 0 });
	finishAs(context, node, y);
};

const NORMS: ReadonlyMap<string, string> = new Map([
	["MAX", "ReduceMax"],
	["L1", "ReduceL1"],
	["L2", "ReduceL2"],
]);

/** ONNX ai.onnx.ml Normalizer: rows divided by their largest value, their sum of magnitudes or their length. */
export const decomposeNormalizer: Decomposition = (node, context) => {
	const norm = string(node, "norm", "MAX");
	const { x } = featuresOf(node, context);
	const reduction = NORMS.get(norm);
	if (!reduction) throw context.error(`norm ${norm} is not one of MAX, L1 and L2`);
	const length = context.emit(reduction, [x, intsOf(context, [1])], { keepdims: 1 });
	const isZero = context.emit("Equal", [length, scalarOf(context, "float32", 0)]);
	const divisor = context.emit("Where", [isZero, scalarOf(context, "float32", 1), length]);
	finishAs(context, node, context.emit("Div", [x, divisor]));
};

/** ONNX ai.onnx.ml Imputer. There is nothing to replace where NaN is to be replaced and none comes: integers have none, floats where calibration saw it. */
export const decomposeImputer: Decomposition = (node, context) => {
	const [x] = node.inputs;
	const type = context.type(x);
	const whole = type.startsWith("int");
	const kind = whole ? "int64" : "float";
	const imputed = numbers(node, `imputed_value_${kind}s`);
	const attribute = node.attributes.get(`replaced_value_${kind}`);
	const replaced = attribute?.type === "float" || attribute?.type === "int" ? Number(attribute.value) : 0;
	if (Number.isNaN(replaced) && (whole || !holdsMissing(context, x))) {
		finish(context, node, x);
		return;
	}
	const shape = context.shape(x);
	const values = perFeature(context, imputed, shape[shape.length - 1] ?? 1, `imputed_value_${kind}s`);
	const missing = Number.isNaN(replaced)
		? context.emit("IsNaN", [x])
		: context.emit("Equal", [x, scalarOf(context, type, replaced)]);
	const row = numbersOf(context, type, [values.length], values);
	finish(context, node, context.emit("Where", [missing, row, x]));
};

/** ONNX ai.onnx.ml Binarizer: 1 above the threshold, 0 otherwise. */
export const decomposeBinarizer: Decomposition = (node, context) => {
	const [x] = node.inputs;
	const type = context.type(x);
	const above = context.emit("Greater", [x, scalarOf(context, type, float(node, "threshold", 0))]);
	finish(context, node, cast(context, above, type));
};
