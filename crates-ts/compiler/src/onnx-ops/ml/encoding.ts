import { float, int, numbers } from "@umpire/graph/attributes.ts";
import { toReal } from "@umpire/graph/real.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { cast, finish, intsOf, numbersOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext, Decomposition } from "../decomposition.ts";

/** Whether x equals each of `values`: bool […x, values]. */
function equals(context: DecomposeContext, x: string, values: readonly number[]): string {
	const column = reshape(context, x, [...context.shape(x), 1]);
	return context.emit("Equal", [column, numbersOf(context, context.type(x), [values.length], values)]);
}

/** Keys or values of a LabelEncoder with the type that they are given in. */
function entries(node: Node, role: "keys" | "values"): { list: number[]; float: boolean } | undefined {
	const tensor = node.attributes.get(`${role}_tensor`);
	if (tensor?.type === "tensor" && tensor.value.type !== "string") {
		return { list: Array.from(toReal(tensor.value).data), float: tensor.value.type.startsWith("float") };
	}
	if (node.attributes.has(`${role}_floats`)) return { list: numbers(node, `${role}_floats`), float: true };
	if (node.attributes.has(`${role}_int64s`)) return { list: numbers(node, `${role}_int64s`), float: false };
	return undefined;
}

/** What a LabelEncoder gives for a key that it does not have. */
function fallback(node: Node, isFloat: boolean): number {
	const tensor = node.attributes.get("default_tensor");
	if (tensor?.type === "tensor") return toReal(tensor.value).data[0];
	return isFloat ? float(node, "default_float", 0) : int(node, "default_int64", -1);
}

/** ONNX ai.onnx.ml LabelEncoder from numbers to numbers: default + Σ [x = key]·(value − default). */
export const decomposeLabelEncoder: Decomposition = (node, context) => {
	const [x] = node.inputs;
	const [keys, values] = [entries(node, "keys"), entries(node, "values")];
	if (!keys || !values) {
		throw context.error("it translates strings", "Encode strings as numbers before the model");
	}
	const otherwise = fallback(node, values.float);
	const pairs = new Map<number, number>();
	for (const [k, key] of keys.list.entries()) if (!pairs.has(key)) pairs.set(key, values.list[k]);
	const type = context.type(node.outputs[0]);
	const matches = cast(context, equals(context, x, [...pairs.keys()]), type);
	const differences = [...pairs.values()].map((value) => value - otherwise);
	const sum = context.emit("MatMul", [
		matches,
		numbersOf(context, type, [differences.length, 1], differences),
	]);
	const flat = reshape(context, sum, context.shape(x));
	finish(context, node, context.emit("Add", [flat, scalarOf(context, type, otherwise)]));
};

/** ONNX ai.onnx.ml OneHotEncoder of whole numbers: one more axis, of the categories. */
export const decomposeOneHotEncoder: Decomposition = (node, context) => {
	const categories = numbers(node, "cats_int64s");
	if (categories.length === 0) throw context.error("its categories are strings", "Use integer categories");
	const [given] = node.inputs;
	const x = context.type(given) === "int64" ? given : cast(context, given, "int64");
	const column = reshape(context, x, [...context.shape(given), 1]);
	const matches = context.emit("Equal", [column, intsOf(context, categories)]);
	finish(context, node, cast(context, matches, "float32"));
};

/** ONNX ai.onnx.ml ArrayFeatureExtractor: columns of the last axis; a vector counts as one row. */
export const decomposeArrayFeatureExtractor: Decomposition = (node, context) => {
	const [given, indices] = node.inputs;
	const shape = context.shape(given);
	const x = shape.length === 1 ? reshape(context, given, [1, shape[0]]) : given;
	const flat = context.shape(indices).length === 1 ? indices : reshape(context, indices, [-1]);
	finish(context, node, context.emit("Gather", [x, flat], { axis: Math.max(shape.length, 2) - 1 }));
};

/** ONNX ai.onnx.ml FeatureVectorizer: the inputs side by side as floats, each cut or filled with zeros to its number of columns. */
export const decomposeFeatureVectorizer: Decomposition = (node, context) => {
	const sizes = numbers(node, "inputdimensions");
	const pieces = node.inputs.map((name, k) => {
		const shape = context.shape(name);
		const [rows, count] = shape.length === 1 ? [1, shape[0]] : shape;
		const size = sizes[k] ?? count;
		let x = context.type(name) === "float32" ? name : cast(context, name, "float32");
		if (shape.length === 1) x = reshape(context, x, [rows, count]);
		if (size < count)
			x = context.emit("Slice", [x, ...[[0], [size], [1]].map((list) => intsOf(context, list))]);
		if (size <= count) return x;
		return context.emit("Pad", [x, intsOf(context, [0, 0, 0, size - count])]);
	});
	finish(context, node, pieces.length === 1 ? pieces[0] : context.emit("Concat", pieces, { axis: 1 }));
};
