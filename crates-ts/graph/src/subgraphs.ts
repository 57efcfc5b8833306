import type { AttributeValue, Graph, Node } from "@umpire/onnx/model.ts";

/** The subgraphs of a node. */
export function subgraphsOf(node: Node): Graph[] {
	return [...node.attributes.values()].flatMap((value) => (value.type === "graph" ? [value.value] : []));
}

/** The node with every value renamed by `renaming` (names that it does not know stay), in subgraphs too. */
export function renameValues(node: Node, renaming: ReadonlyMap<string, string>): Node {
	const rename = (name: string): string => renaming.get(name) ?? name;
	const attributes = new Map<string, AttributeValue>();
	for (const [key, value] of node.attributes) {
		const inner = value.type === "graph" ? { ...value, value: renameCaptures(value.value, renaming) } : value;
		attributes.set(key, inner);
	}
	return { ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename), attributes };
}

/** ONNX forbids that a subgraph reuses an outer name; where one does all the same, its own name wins. */
function renameCaptures(graph: Graph, renaming: ReadonlyMap<string, string>): Graph {
	const visible = new Map(renaming);
	for (const { name } of graph.inputs) visible.delete(name);
	for (const name of graph.initializers.keys()) visible.delete(name);
	for (const name of graph.nodes.flatMap((node) => node.outputs)) visible.delete(name);
	return {
		...graph,
		nodes: graph.nodes.map((node) => renameValues(node, visible)),
		outputs: graph.outputs.map((output) => ({ ...output, name: visible.get(output.name) ?? output.name })),
	};
}

/** The graph with every node replaced by `map(node)`, from the innermost subgraphs outwards. */
export function mapNodes(graph: Graph, map: (node: Node) => readonly Node[]): Graph {
	const nodes = graph.nodes.flatMap((node) => {
		const attributes = new Map<string, AttributeValue>();
		for (const [key, value] of node.attributes) {
			attributes.set(key, value.type === "graph" ? { ...value, value: mapNodes(value.value, map) } : value);
		}
		return map({ ...node, attributes });
	});
	return { ...graph, nodes };
}
