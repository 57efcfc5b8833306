import { int } from "@umpire/graph/attributes.ts";
import { normaliseAxis, sizeOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { cast, constantOf, finish, intsOf, numbersOf, realOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** ONNX OneHot: indices compared with a range; negative ones count from the end. */
export function decomposeOneHot(node: Node, context: DecomposeContext): void {
	const [indices, depthName, values] = node.inputs;
	const [depth] = constantOf(context, depthName, "depth")!;
	const shape = context.shape(indices);
	const rank = shape.length + 1;
	const axis = normaliseAxis(int(node, "axis", -1), rank);
	if (axis === undefined) throw context.error("its axis is out of range");
	const column = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
	const index = reshape(context, cast(context, indices, "int64"), column);
	const along = Array.from({ length: rank }, (_, a) => (a === axis ? depth : 1));
	const range = Array.from({ length: depth }, (_, p) => p);
	const equal = (offset: number) =>
		context.emit("Equal", [
			index,
			numbersOf(
				context,
				"int64",
				along,
				range.map((p) => p + offset),
			),
		]);
	const chosen = context.emit("Or", [equal(0), equal(-depth)]);
	const type = context.type(values);
	const known = realOf(context, values);
	if (known && known.data[0] === 0 && known.data[1] === 1) {
		finish(context, node, type === "bool" ? chosen : cast(context, chosen, type));
		return;
	}
	const [off, on] = [0, 1].map((at) =>
		known
			? scalarOf(context, type, known.data[at])
			: context.emit("Gather", [values, scalarOf(context, "int64", at)], { axis: 0 }),
	);
	finish(context, node, context.emit("Where", [chosen, on, off]));
}

/** Comparisons that one TopK may make. */
const MOST_COMPARISONS = 1 << 22;

/**
 * ONNX TopK with a constant k: every element's rank is the number of elements that come before
 * it (of equal ones those with a lower index), and output j takes the element of rank j.
 */
export function decomposeTopK(node: Node, context: DecomposeContext): void {
	const [x, kName] = node.inputs;
	const shape = context.shape(x);
	const axis = normaliseAxis(int(node, "axis", -1), shape.length);
	if (axis === undefined) throw context.error("its axis is out of range");
	const [k] = constantOf(context, kName, "k")!;
	const largest = int(node, "largest", 1) === 1;
	const size = shape[axis];
	if (k === 1) {
		const first = context.emit(largest ? "ArgMax" : "ArgMin", [x], { axis, keepdims: 1 });
		finishTopK(node, context, x, axis, first);
		return;
	}
	const lines = sizeOf(shape) / size;
	if (lines * size * size > MOST_COMPARISONS) {
		throw context.error(
			`it ranks ${lines} lines of ${size} elements`,
			`With k > 1, lines · size² up to ${MOST_COMPARISONS} compile`,
		);
	}
	const inner = sizeOf(shape.slice(axis + 1));
	const outer = sizeOf(shape.slice(0, axis));
	// own [outer, size, 1, inner] against other [outer, 1, size, inner].
	const own = reshape(context, x, [outer, size, 1, inner]);
	const other = reshape(context, x, [outer, 1, size, inner]);
	const earlier = Array.from({ length: size * size }, (_, at) => (at % size < Math.floor(at / size) ? 1 : 0));
	const before = context.emit(largest ? "Greater" : "Less", [other, own]);
	const tied = context.emit("And", [
		context.emit("Equal", [other, own]),
		numbersOf(context, "bool", [1, size, size, 1], earlier),
	]);
	const precedes = cast(context, context.emit("Or", [before, tied]), "int32");
	const rank = context.emit("ReduceSum", [precedes, intsOf(context, [2])], { keepdims: 0 });
	const places = numbersOf(
		context,
		"int32",
		[1, k, 1, 1],
		Array.from({ length: k }, (_, j) => j),
	);
	const chosen = context.emit("Equal", [reshape(context, rank, [outer, 1, size, inner]), places]);
	const first = context.emit("ArgMax", [cast(context, chosen, "int32")], { axis: 2, keepdims: 0 });
	const result = shape.map((own, a) => (a === axis ? k : own));
	finishTopK(node, context, x, axis, reshape(context, first, result));
}

function finishTopK(node: Node, context: DecomposeContext, x: string, axis: number, index: string): void {
	if (node.outputs[0]) finish(context, node, context.emit("GatherElements", [x, index], { axis }));
	if (node.outputs[1]) finish(context, node, index, 1);
}
