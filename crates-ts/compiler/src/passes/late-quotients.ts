import { GraphEditor } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/** A divisor that so many numbers share is worth a reciprocal of its own. */
const MANY = 16;

/**
 * (e / s)·v, as attention is written, becomes (e·v) / s where that divides fewer numbers: every row of e has one divisor, and
 * there are fewer columns of v than of e. What e and s lose by being rounded then divides itself out.
 */
export function divideProducts(graph: Graph, facts: Facts): Graph {
	const editor = new GraphEditor(graph, facts.shapes.keys());
	for (const product of graph.nodes) {
		if (product.domain !== "" || product.opType !== "MatMul") continue;
		const [quotient, values] = product.inputs;
		const division = editor.producer(quotient);
		if (division?.domain !== "" || division.opType !== "Div" || editor.reads(quotient) !== 1) continue;
		const [dividend, divisor] = division.inputs;
		const shapes = [dividend, divisor, product.outputs[0]].map((name) => facts.shapes.get(name));
		const [rows, shared, result] = shapes;
		if (!rows || !shared || !result || facts.constants.has(values)) continue;
		const isPerRow =
			shared.length === rows.length && rows.length === result.length && shared[shared.length - 1] === 1;
		const isWhole = sizeOf(rows) === sizeOf(facts.shapes.get(quotient) ?? []);
		if (!isPerRow || !isWhole || sizeOf(result) >= sizeOf(rows)) continue;
		const sums = editor.node(`${product.name}_undivided`, "MatMul", [dividend, values]);
		const divided = editor.node(
			`${product.name}_divided`,
			"Div",
			[sums.outputs[0], divisor],
			{},
			product.outputs,
		);
		editor.replace(division, []);
		editor.replace(product, [sums, divided]);
	}
	return editor.graph();
}

/**
 * x / √y becomes x·(1 / √y) where many numbers share a divisor, as in normalisations: the reciprocal is a table, and the
 * product takes a factor and a shift for each channel with it (lower/fuse.ts).
 */
export function multiplyByReciprocals(graph: Graph, facts: Facts): Graph {
	const editor = new GraphEditor(graph, facts.shapes.keys());
	const reciprocals = new Map<string, Node>();
	for (const node of graph.nodes) {
		if (node.domain !== "" || node.opType !== "Div") continue;
		const [x, divisor] = node.inputs;
		const root = editor.producer(divisor);
		const [own, shared] = [x, divisor].map((name) => sizeOf(facts.shapes.get(name) ?? []));
		if (root?.domain !== "" || root.opType !== "Sqrt" || facts.constants.has(x)) continue;
		if (!isFloat(facts.types.get(x) ?? "undefined") || own < MANY * shared) continue;
		const known = reciprocals.get(divisor);
		const reciprocal = known ?? editor.node(`${root.name}_reciprocal`, "Reciprocal", [divisor]);
		reciprocals.set(divisor, reciprocal);
		const product = editor.node(`${node.name}_product`, "Mul", [x, reciprocal.outputs[0]], {}, node.outputs);
		editor.replace(node, known ? [product] : [reciprocal, product]);
	}
	return editor.graph();
}
