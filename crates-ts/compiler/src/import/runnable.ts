import { int } from "@umpire/graph/attributes.ts";
import { type Names, nodeOf } from "@umpire/graph/edit.ts";
import { mapNodes } from "@umpire/graph/subgraphs.ts";
import { has } from "@umpire/graph/traits.ts";
import type { AttributeValue, Model, Node } from "@umpire/onnx/model.ts";

/**
 * Rewrites what onnxruntime-node cannot run or return: ZipMap, whose maps only name the columns
 * of its input, gives that input; recurrent operators with the batch first get Transposes.
 */
export function makeRunnable(model: Model, names: Names): Model {
	const maps = new Set<string>();
	const graph = mapNodes(model.graph, (node) => {
		if (node.domain === "ai.onnx.ml" && node.opType === "ZipMap") {
			maps.add(node.outputs[0]);
			return [nodeOf(node.name, "Identity", node.inputs, node.outputs)];
		}
		const isBatchFirst = has(node, "recurrent") && int(node, "layout", 0) === 1;
		return isBatchFirst ? batchFirst(node, names) : [node];
	});
	const outputs = graph.outputs.map((output) =>
		maps.has(output.name) ? { ...output, type: "undefined" as const, dims: null } : output,
	);
	return { ...model, graph: { ...graph, outputs } };
}

/** X and the states have the batch first: so have Y ([batch, seq, directions, hidden]) and the last states. */
function batchFirst(node: Node, names: Names): Node[] {
	const before: Node[] = [];
	const after: Node[] = [];
	const transpose = (x: string, y: string, perm: readonly number[]): Node =>
		nodeOf(names.fresh(`${node.name}/Transpose`), "Transpose", [x], [y], { perm });
	const inputs = node.inputs.map((name, k) => {
		if (name === "" || ![0, 5, 6].includes(k)) return name;
		const moved = names.fresh(`${name}/sequence_first`);
		before.push(transpose(name, moved, [1, 0, 2]));
		return moved;
	});
	const outputs = node.outputs.map((name, k) => {
		if (name === "") return name;
		const moved = names.fresh(`${name}/sequence_first`);
		after.push(transpose(moved, name, k === 0 ? [2, 0, 1, 3] : [1, 0, 2]));
		return moved;
	});
	const attributes = new Map<string, AttributeValue>(node.attributes);
	attributes.delete("layout");
	return [...before, { ...node, inputs, outputs, attributes }, ...after];
}
