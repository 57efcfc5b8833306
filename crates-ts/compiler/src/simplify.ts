import type { Graph, Node } from "@umpire/onnx/model.ts";
import { CompileError } from "./errors.ts";
import { removeDead } from "./graphs.ts";

/**
 * Removes nodes that do nothing at inference: Identity, and Dropout with its mask unused.
 * One whose output is a graph output stays if what it copies is an input or an output too.
 */
export function removeIdentities(graph: Graph): Graph {
	const replaced = new Map<string, string>();
	const resolve = (name: string): string => replaced.get(name) ?? name;
	const outputs = new Set(graph.outputs.map((output) => output.name));
	const used = new Set(graph.nodes.flatMap((node) => node.inputs));
	const nodes: Node[] = [];
	for (const node of graph.nodes) {
		const isDropout = node.domain === "" && node.opType === "Dropout";
		if (isDropout && node.outputs[1] && (used.has(node.outputs[1]) || outputs.has(node.outputs[1]))) {
			throw new CompileError("the mask of Dropout is used", { node, hint: "Export the model for inference" });
		}
		const current = { ...node, inputs: node.inputs.map(resolve) };
		if (!isDropout && !(node.domain === "" && node.opType === "Identity")) nodes.push(current);
		else if (!outputs.has(node.outputs[0])) replaced.set(node.outputs[0], current.inputs[0]);
		else
			nodes.push({ ...current, opType: "Identity", inputs: [current.inputs[0]], outputs: [node.outputs[0]] });
	}
	return removeDead({ ...graph, nodes });
}
