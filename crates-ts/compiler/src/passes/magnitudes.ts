import { GraphEditor } from "@umpire/graph/edit.ts";
import { constantScalar, type Facts } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sameShape } from "@umpire/graph/shapes.ts";
import { has } from "@umpire/graph/traits.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/** Where both are 0, so is their quotient; in float it must be a number as well. */
const LEAST = 1e-30;

/** Whether the graph may hold magnitudes of complex numbers, as far as it can be told without shapes. */
export function takesMagnitudes(graph: Graph): boolean {
	return graph.nodes.some(({ domain, opType }) => domain === "" && opType === "Sqrt");
}

/**
 * √(a² + b²), the magnitudes of a spectrum, becomes m·√(1 + (n / m)²) with the larger and the smaller of |a| and
 * |b|. The squares of a whisper leave nothing on a grid that a shout's fit on, and the root makes
 * large what is lost; here a magnitude is as fine as a and b are. What only moves between sum and root
 * (half of a transform, say) moves magnitudes then.
 */
export function withoutSquares(graph: Graph, facts: Facts): Graph {
	const editor = new GraphEditor(graph, facts.shapes.keys());
	const squareOf = (name: string): string | undefined => {
		const node = editor.producer(name);
		if (node?.domain !== "" || editor.reads(name) !== 1) return undefined;
		const [x] = node.inputs;
		const isSquare =
			(node.opType === "Pow" && constantScalar(node.inputs[1], facts) === 2) ||
			(node.opType === "Mul" && node.inputs[1] === x);
		return isSquare && !facts.constants.has(x) ? x : undefined;
	};
	/** What made a value that is read once and whose elements were only put to other places since. */
	const originOf = (name: string): Node | undefined => {
		if (editor.reads(name) !== 1) return undefined;
		const node = editor.producer(name);
		const isMoved = node !== undefined && has(node, "moves") && node.outputs.length === 1;
		return isMoved ? originOf(node.inputs[0]) : node;
	};
	for (const node of graph.nodes) {
		if (node.domain !== "" || node.opType !== "Sqrt") continue;
		const sum = originOf(node.inputs[0]);
		if (sum?.domain !== "" || sum.opType !== "Add") continue;
		const [a, b] = sum.inputs.map(squareOf);
		const type = facts.types.get(sum.outputs[0]);
		if (a === undefined || b === undefined || a === b || !type || !isFloat(type)) continue;
		const [from, to] = [a, b].map((name) => facts.shapes.get(name) ?? []);
		if (!sameShape(from, to)) continue;
		const number = (value: number): string =>
			editor.constant(`${node.name}_number`, tensorFrom(type, [], [value]));
		const made = (opType: string, inputs: readonly string[]) =>
			editor.node(`${node.name}/${opType}`, opType, inputs);
		const [left, right] = [a, b].map((name) => made("Abs", [name]));
		const sides = [left.outputs[0], right.outputs[0]];
		const largest = made("Max", sides);
		const least = made("Min", sides);
		const larger = made("Max", [largest.outputs[0], number(LEAST)]);
		const share = made("Div", [least.outputs[0], larger.outputs[0]]);
		const square = made("Mul", [share.outputs[0], share.outputs[0]]);
		const more = made("Add", [square.outputs[0], number(1)]);
		const root = made("Sqrt", [more.outputs[0]]);
		const product = editor.node(sum.name, "Mul", [larger.outputs[0], root.outputs[0]], {}, sum.outputs);
		editor.replace(sum, [left, right, largest, least, larger, share, square, more, root, product]);
		editor.replace(node, [editor.node(node.name, "Identity", node.inputs, {}, node.outputs)]);
	}
	return editor.graph();
}
