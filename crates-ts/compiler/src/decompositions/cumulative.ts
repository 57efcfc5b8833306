import type { Node } from "@umpire/onnx/model.ts";
import { int } from "../attributes.ts";
import { normaliseAxis } from "../shapes.ts";
import { aroundAxis, constantOf, finish, numbersOf, reshape } from "./build.ts";
import type { DecomposeContext } from "./context.ts";

const LONGEST = 4096;

/** ONNX CumSum: a product with a triangle of ones. */
export function decomposeCumSum(node: Node, context: DecomposeContext): void {
	const [x, axisName] = node.inputs;
	const shape = context.shape(x);
	const [given] = constantOf(context, axisName, "axis")!;
	const axis = normaliseAxis(given, shape.length);
	if (axis === undefined) throw context.error(`axis ${given} is out of range for rank ${shape.length}`);
	const [before, size, after] = aroundAxis(shape, axis);
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
	finish(context, node, reshape(context, sums, shape));
}
