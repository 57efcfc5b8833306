import { int } from "@umpire/graph/attributes.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";

/** Operators whose result has the numbers of their first operand, each once. */
const keepsNumbers = (node: Node): boolean => has(node, "permutes") || node.opType === "Cast";

/**
 * Inputs that are indices into a constant table (token ids into an embedding), by name, with the
 * number of entries that they choose among.
 */
export function tokenLimits(graph: Graph): Map<string, number> {
	const constants = new Map<string, Tensor>(graph.initializers);
	const source = new Map(graph.inputs.map(({ name }) => [name, name]));
	const limits = new Map<string, number>();
	for (const node of graph.nodes) {
		const value = node.opType === "Constant" ? node.attributes.get("value") : undefined;
		if (value?.type === "tensor") constants.set(node.outputs[0], value.value);
		const [first, second] = node.inputs;
		const origin = source.get(first);
		if (origin !== undefined && keepsNumbers(node)) source.set(node.outputs[0], origin);
		const index = source.get(second);
		const table = constants.get(first);
		if (node.opType !== "Gather" || index === undefined || table === undefined) continue;
		const axis = int(node, "axis", 0);
		const size = Number(table.dims.at(axis));
		limits.set(index, Math.min(size, limits.get(index) ?? size));
	}
	return limits;
}
