import type { Graph, Node } from "@umpire/onnx/model.ts";
import { readsOf } from "./uses.ts";

/** The graph without nodes and initializers that no output depends on; node order is kept. */
export function removeDead(graph: Graph): Graph {
	const live = new Set(graph.outputs.map((output) => output.name));
	const nodes: Node[] = [];
	for (const node of graph.nodes.toReversed()) {
		if (!node.outputs.some((name) => live.has(name))) continue;
		nodes.push(node);
		for (const name of readsOf(node)) live.add(name);
	}
	const initializers = new Map([...graph.initializers].filter(([name]) => live.has(name)));
	return { ...graph, nodes: nodes.reverse(), initializers };
}

/** Unnamed nodes and nodes whose name is taken get the name OpType_index. */
export function nameNodes(graph: Graph): Graph {
	const taken = new Set<string>();
	const nodes = graph.nodes.map((node, index) => {
		let name = node.name;
		if (name === "" || taken.has(name)) name = `${node.opType}_${index}`;
		taken.add(name);
		return name === node.name ? node : { ...node, name };
	});
	return { ...graph, nodes };
}
