import { int } from "@umpire/graph/attributes.ts";
import { normaliseAxis } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { aroundAxis, constantOf, finish, intsOf, numbersOf, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

const LONGEST = 4096;

/** ONNX CumSum: a product with a triangle of ones. */
export function decomposeCumSum(node: Node, context: DecomposeContext): void {
	const x = node.inputs[0];
	const [before, size, after] = aroundAxisOf(node, context);
	if (size > LONGEST) throw context.error(`it adds up ${size} elements`, `Up to ${LONGEST} compile`);
	const exclusive = int(node, "exclusive", 0) === 1;
	const reverse = int(node, "reverse", 0) === 1;
	const counts = (to: number, from: number): boolean => {
		if (from === to) return !exclusive;
		return reverse ? from > to : from < to;
	};
	const triangle = Array.from({ length: size * size }, (_, at) =>
		counts(Math.floor(at / size), at % size) ? 1 : 0,
	);
	const matrix = numbersOf(context, context.type(x), [size, size], triangle);
	const sums = context.emit("MatMul", [matrix, reshape(context, x, [before, size, after])]);
	finish(context, node, reshape(context, sums, context.shape(x)));
}

/** ONNX CumProd: factors 1, 2, 4, … places apart are multiplied, ones beyond the first. */
export function decomposeCumProd(node: Node, context: DecomposeContext): void {
	const x = node.inputs[0];
	const [before, size, after] = aroundAxisOf(node, context);
	const reverse = int(node, "reverse", 0) === 1;
	const type = context.type(x);
	/** Moved `by` places away from where the products begin. */
	const shifted = (value: string, by: number): string => {
		const bounds = reverse ? [by, size] : [0, size - by];
		const ends = [...bounds, 1].map((end) => intsOf(context, [end]));
		const ones = numbersOf(context, type, [before, by, after], new Array(before * by * after).fill(1));
		if (by >= size) return ones;
		const rest = context.emit("Slice", [value, ...ends]);
		return context.emit("Concat", reverse ? [rest, ones] : [ones, rest], { axis: 1 });
	};
	let product = reshape(context, x, [before, size, after]);
	if (int(node, "exclusive", 0) === 1) product = shifted(product, 1);
	for (let by = 1; by < size; by *= 2) product = context.emit("Mul", [product, shifted(product, by)]);
	finish(context, node, reshape(context, product, context.shape(x)));
}

/** How many elements lie before, along and after the axis that the second input names. */
function aroundAxisOf({ inputs: [x, axisName] }: Node, context: DecomposeContext): [number, number, number] {
	const shape = context.shape(x);
	const [given] = constantOf(context, axisName, "axis")!;
	const axis = normaliseAxis(given, shape.length);
	if (axis === undefined) throw context.error(`axis ${given} is out of range for rank ${shape.length}`);
	return aroundAxis(shape, axis);
}
