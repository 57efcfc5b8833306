import { GraphEditor } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { steepRange } from "@umpire/graph/traits.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph } from "@umpire/onnx/model.ts";

/** Whether the graph may hold such functions, as far as it can be told without ranges. */
export function saturates(graph: Graph): boolean {
	return graph.nodes.some((node) => steepRange(node) !== undefined);
}

/** Whether there are such functions of whose operands nothing is known yet. */
export function saturatesUnknown(graph: Graph, facts: Facts): boolean {
	return graph.nodes.some((node) => {
		const [x] = node.inputs;
		return steepRange(node) !== undefined && !facts.ranges.has(x) && !facts.constants.has(x);
	});
}

/**
 * Operands of functions that are flat where these reach are clipped to where they are not. An exponent of −1e9
 * or a gate of 5,000 takes all bits, and says no more than −40 or 32; whoever computes it keeps the
 * bits for where the function changes.
 */
export function clipToSteep(graph: Graph, facts: Facts): Graph {
	const editor = new GraphEditor(graph, facts.shapes.keys());
	for (const node of graph.nodes) {
		const [x] = node.inputs;
		const ends = steepRange(node);
		const range = facts.ranges.get(x);
		const type = facts.types.get(x);
		if (!ends || !range || !type || !isFloat(type) || facts.constants.has(x)) continue;
		const [low, high] = ends;
		if (range.low >= low && range.high <= high) continue;
		const least = editor.constant(`${x}_least`, tensorFrom(type, [], [low]));
		const bounds = Number.isFinite(high)
			? [least, editor.constant(`${x}_most`, tensorFrom(type, [], [high]))]
			: [least];
		const clip = editor.node(`${node.name}/Steep`, "Clip", [x, ...bounds]);
		editor.replace(node, [clip, { ...node, inputs: [clip.outputs[0]] }]);
	}
	return editor.graph();
}
