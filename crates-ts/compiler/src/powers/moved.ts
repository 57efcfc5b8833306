import { int, ints } from "@umpire/graph/attributes.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { toReal } from "@umpire/graph/real.ts";
import { broadcastIndices, normaliseAxis, sizeOf, stridesOf, walk } from "@umpire/graph/shapes.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Node } from "@umpire/onnx/model.ts";

/**
 * For every element of a result, the element of the node's first operand that it is; undefined if
 * the node is none that only moves elements to places that do not depend on the model's inputs.
 */
export function movedFrom(node: Node, output: string, facts: Facts): Int32Array | undefined {
	const from = facts.shapes.get(node.inputs[0]);
	const to = facts.shapes.get(output);
	if (node.domain !== "" || !from || !to) return undefined;
	switch (node.opType) {
		case "Transpose": {
			const permutation = ints(node, "perm") ?? from.map((_, axis) => from.length - 1 - axis);
			const strides = stridesOf(from);
			return walk(
				to,
				permutation.map((axis) => strides[axis]),
			);
		}
		case "Expand":
			return broadcastIndices(from, to);
		case "Gather":
			return gathered(node, from, facts);
		case "Slice":
			return sliced(node, from, to, facts);
		case "Split":
			return split(node, output, from, to, facts);
		default:
			return has(node, "permutes", "casts")
				? Int32Array.from({ length: sizeOf(to) }, (_, i) => i)
				: undefined;
	}
}

function gathered(node: Node, from: readonly number[], facts: Facts): Int32Array | undefined {
	const indices = integersOf(node.inputs[1], facts);
	const axis = normaliseAxis(int(node, "axis", 0), from.length);
	if (!indices || axis === undefined) return undefined;
	const size = from[axis];
	return chosen(
		from,
		axis,
		indices.map((index) => (index < 0 ? index + size : index)),
	);
}

/** Elements at the positions along an axis, in order. */
function chosen(from: readonly number[], axis: number, positions: readonly number[]): Int32Array {
	const inner = sizeOf(from.slice(axis + 1));
	const outer = sizeOf(from.slice(0, axis));
	const places = new Int32Array(outer * positions.length * inner);
	let at = 0;
	for (let o = 0; o < outer; o++)
		for (const position of positions)
			for (let i = 0; i < inner; i++) places[at++] = (o * from[axis] + position) * inner + i;
	return places;
}

function sliced(
	node: Node,
	from: readonly number[],
	to: readonly number[],
	facts: Facts,
): Int32Array | undefined {
	const [starts, , axes, steps] = node.inputs.slice(1).map((name) => integersOf(name, facts));
	if (!starts || (node.inputs[3] && !axes) || (node.inputs[4] && !steps)) return undefined;
	const strides = stridesOf(from);
	let start = 0;
	const step = [...strides];
	for (const [k, first] of starts.entries()) {
		const axis = normaliseAxis(axes?.[k] ?? k, from.length);
		if (axis === undefined) return undefined;
		const by = steps?.[k] ?? 1;
		const size = from[axis];
		const begin = Math.max(0, Math.min(by < 0 ? size - 1 : size, first < 0 ? first + size : first));
		start += begin * strides[axis];
		step[axis] = by * strides[axis];
	}
	return walk(to, step, start);
}

function split(
	node: Node,
	output: string,
	from: readonly number[],
	to: readonly number[],
	facts: Facts,
): Int32Array | undefined {
	const axis = normaliseAxis(int(node, "axis", 0), from.length);
	if (axis === undefined) return undefined;
	let begin = 0;
	for (const name of node.outputs) {
		if (name === output) break;
		const shape = facts.shapes.get(name);
		if (!shape) return undefined;
		begin += shape[axis];
	}
	return chosen(
		from,
		axis,
		Array.from({ length: to[axis] }, (_, k) => begin + k),
	);
}

function integersOf(name: string | undefined, facts: Facts): number[] | undefined {
	const tensor = name ? facts.constants.get(name) : undefined;
	return tensor && [...toReal(tensor).data];
}
