import { Names, nodeOf, removeDead } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";

/** Dropout's mask, which keeps everything: true in the shape of `x`. */
function wholeMask(node: Node, x: string, names: Names): Node[] {
	const [, mask] = node.outputs;
	const value: Tensor = { type: "bool", dims: [1], data: Uint8Array.of(1) };
	const shape = names.fresh(`${node.name}/shape`);
	return [
		nodeOf(shape, "Shape", [x], [shape]),
		nodeOf(names.fresh(`${node.name}/mask`), "ConstantOfShape", [shape], [mask], { value }),
	];
}

/** A constant says that Dropout drops at random, as in training. */
function dropsAtRandom(node: Node, { initializers }: Graph): boolean {
	const [, ratio, training] = node.inputs.map((name) => initializers.get(name)?.data[0]);
	return training !== undefined && Number(training) !== 0 && Number(ratio ?? 0.5) !== 0;
}

/**
 * Removes nodes that do nothing at inference: Identity, and Dropout, whose mask is all true.
 * One whose output is a graph output stays if what it copies is an input or an output too.
 */
export function removeIdentities(graph: Graph): Graph {
	const names = new Names(graph);
	const replaced = new Map<string, string>();
	const resolve = (name: string): string => replaced.get(name) ?? name;
	const outputs = new Set(graph.outputs.map((output) => output.name));
	const used = new Set(graph.nodes.flatMap((node) => node.inputs));
	const nodes: Node[] = [];
	for (const node of graph.nodes) {
		const isDropout = node.domain === "" && node.opType === "Dropout";
		if (isDropout && dropsAtRandom(node, graph)) {
			throw new CompileError("it drops at random", { node, hint: "Export the model for inference" });
		}
		const current = { ...node, inputs: node.inputs.map(resolve) };
		if (isDropout && node.outputs[1] && (used.has(node.outputs[1]) || outputs.has(node.outputs[1])))
			nodes.push(...wholeMask(node, current.inputs[0], names));
		if (!isDropout && !(node.domain === "" && node.opType === "Identity")) nodes.push(current);
		else if (!outputs.has(node.outputs[0])) replaced.set(node.outputs[0], current.inputs[0]);
		else nodes.push(nodeOf(node.name, "Identity", [current.inputs[0]], [node.outputs[0]]));
	}
	return removeDead({ ...graph, nodes });
}
