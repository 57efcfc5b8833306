import type { Graph, Node } from "@umpire/onnx/model.ts";
import { subgraphsOf } from "./subgraphs.ts";

/** The name of a node's operator, with its domain if that is not ONNX's own. */
export function qualifiedName(node: Node): string {
	return node.domain === "" ? node.opType : `${node.domain}.${node.opType}`;
}

/** Names of the values that a node reads, with those that its subgraphs read from outside. */
export function readsOf(node: Node): string[] {
	const reads = node.inputs.filter((name) => name !== "");
	for (const inner of subgraphsOf(node)) reads.push(...outerReads(inner));
	return reads;
}

function outerReads(graph: Graph): string[] {
	const inner = new Set([
		...graph.inputs.map((input) => input.name),
		...graph.initializers.keys(),
		...graph.nodes.flatMap((node) => node.outputs),
	]);
	const reads = [...graph.nodes.flatMap(readsOf), ...graph.outputs.map((output) => output.name)];
	return reads.filter((name) => !inner.has(name));
}

/** Names that a node writes, without omitted ones. */
export function writesOf(node: Node): string[] {
	return node.outputs.filter((name) => name !== "");
}

/** Number of reads of every value, by nodes and as graph outputs. */
export function countReads(graph: Graph): Map<string, number> {
	const counts = new Map<string, number>();
	const reads = [...graph.nodes.flatMap(readsOf), ...graph.outputs.map((output) => output.name)];
	for (const name of reads) counts.set(name, (counts.get(name) ?? 0) + 1);
	return counts;
}

/** Which node computes which value. */
export function producersOf(graph: Graph): Map<string, Node> {
	return new Map(graph.nodes.flatMap((node) => writesOf(node).map((name) => [name, node] as const)));
}
