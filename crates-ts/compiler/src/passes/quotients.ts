import { GraphEditor } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { constantScalar } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { countReads } from "@umpire/graph/uses.ts";
import type { Graph } from "@umpire/onnx/model.ts";

/** The values 1 / y that are read once, each with its y. */
function reciprocalsOf(graph: Graph, facts: Facts): Map<string, string> {
	const reads = countReads(graph);
	const reciprocals = new Map<string, string>();
	for (const { opType, domain, inputs, outputs } of graph.nodes) {
		const [output] = outputs;
		if (domain !== "" || reads.get(output) !== 1 || !isFloat(facts.types.get(output) ?? "undefined"))
			continue;
		if (opType === "Reciprocal") reciprocals.set(output, inputs[0]);
		else if (opType === "Div" && constantScalar(inputs[0], facts) === 1) reciprocals.set(output, inputs[1]);
	}
	return reciprocals;
}

/**
 * x·(1 / y), as RMS normalisations are written, becomes x / y where many numbers share a divisor:
 * one rounding instead of two, and 32 bits of x and of y can be used.
 */
export function divideOnce(graph: Graph, facts: Facts): Graph {
	const reciprocals = reciprocalsOf(graph, facts);
	const size = (name: string) => sizeOf(facts.shapes.get(name) ?? []);
	const editor = new GraphEditor(graph);
	for (const node of graph.nodes) {
		if (node.opType !== "Mul" || node.domain !== "") continue;
		const place = node.inputs.findIndex((name) => reciprocals.has(name));
		const x = node.inputs[1 - place];
		if (place < 0 || size(node.inputs[place]) >= size(node.outputs[0]) || facts.constants.has(x)) continue;
		editor.replace(node, [{ ...node, opType: "Div", inputs: [x, reciprocals.get(node.inputs[place])!] }]);
	}
	return editor.graph();
}
