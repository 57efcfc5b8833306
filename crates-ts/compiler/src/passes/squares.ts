import { GraphEditor } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { constantScalar } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { countReads } from "@umpire/graph/uses.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/** The squares that are read once, each with the value that it is the square of. */
function squaresOf(graph: Graph, facts: Facts): Map<string, string> {
	const reads = countReads(graph);
	const squares = new Map<string, string>();
	for (const node of graph.nodes) {
		const [x] = node.inputs;
		const [square] = node.outputs;
		if (node.domain !== "" || !isFloat(facts.types.get(square) ?? "undefined")) continue;
		const power = node.opType === "Pow" && constantScalar(node.inputs[1], facts) === 2;
		const product = node.opType === "Mul" && node.inputs[1] === x;
		const same = facts.shapes.get(x)?.length === facts.shapes.get(square)?.length;
		if ((power || product) && same && reads.get(square) === 1) squares.set(square, x);
	}
	return squares;
}

function isSum(node: Node): boolean {
	return node.domain === "" && /^Reduce(Sum|Mean)$/.test(node.opType);
}

/** Whether the graph may hold sums of squares, as far as it can be told without shapes. */
export function sumsSquares(graph: Graph): boolean {
	const products = graph.nodes.filter(
		({ opType, inputs }) => opType === "Pow" || (opType === "Mul" && inputs[0] === inputs[1]),
	);
	const squares = new Set(products.map((node) => node.outputs[0]));
	return graph.nodes.some((node) => isSum(node) && squares.has(node.inputs[0]));
}

/**
 * ReduceSum and ReduceMean of x² (as Pow or as x·x) become ReduceSumSquare, which is lowered as
 * rows times themselves: exact, and the squares, which need twice the bits of x, are never stored.
 */
export function sumSquares(graph: Graph, facts: Facts): Graph {
	const squares = squaresOf(graph, facts);
	if (!graph.nodes.some((node) => isSum(node) && squares.has(node.inputs[0]))) return graph;
	const editor = new GraphEditor(graph, facts.shapes.keys());
	for (const node of graph.nodes) {
		const x = squares.get(node.inputs[0]);
		if (x === undefined || !isSum(node)) continue;
		const sum = { ...node, opType: "ReduceSumSquare", inputs: [x, ...node.inputs.slice(1)] };
		if (node.opType === "ReduceSum") {
			editor.replace(node, [sum]);
			continue;
		}
		const [output] = node.outputs;
		const count = sizeOf(facts.shapes.get(x)!) / sizeOf(facts.shapes.get(output)!);
		const share = editor.constant(`${output}_share`, tensorFrom(facts.types.get(output)!, [], [1 / count]));
		const total = editor.names.fresh(`${output}_total`);
		const mean = editor.node(`${node.name}/Mul`, "Mul", [total, share], {}, node.outputs);
		editor.replace(node, [{ ...sum, outputs: [total] }, mean]);
	}
	return editor.graph();
}
