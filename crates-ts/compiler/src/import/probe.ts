import { nodeOf, removeDead } from "@umpire/graph/edit.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { AttributeValue, Graph, Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { graphAttribute } from "./loops.ts";

/** Runs as much of the model as the named values need. */
export async function probe(
	model: Model,
	feed: ReadonlyMap<string, Tensor>,
	names: readonly string[],
): Promise<Map<string, Tensor>> {
	if (names.length === 0) return new Map();
	const outputs = names.map((name) => ({ name, type: "undefined" as const, dims: null }));
	const graph = removeDead({ ...openSizes(model.graph), outputs });
	const session = await createFloatSession({ ...model, graph }, { outputs: names, optimisation: "basic" });
	try {
		return await session.run(feed);
	} finally {
		await session.release();
	}
}

/**
 * The graph with names for the sizes of its inputs. With numbers, onnxruntime works out the shapes of all
 * branches before it runs, and refuses the model for one that is not taken.
 */
export function openSizes(graph: Graph): Graph {
	const inputs = graph.inputs.map((input) => ({
		...input,
		dims: input.dims?.map((_, axis) => `${input.name}/${axis}`) ?? null,
	}));
	return { ...graph, inputs };
}

/** The Loop with one more output, of as many rows as it runs iterations. */
export function countingLoop(node: Node, output: string): Node {
	const body = graphAttribute(node, "body");
	const inner = `${output}/condition`;
	const counting: Graph = {
		...body,
		nodes: [...body.nodes, nodeOf(inner, "Identity", [body.outputs[0].name], [inner])],
		outputs: [...body.outputs, { name: inner, type: "bool", dims: null }],
	};
	const attribute: AttributeValue = { type: "graph", value: counting };
	const missing = body.outputs.length - 1 - node.outputs.length;
	const unread = Array.from({ length: missing }, (_, k) => `${output}/unread_${k}`);
	const given = node.outputs.map((name, k) => name || `${output}/omitted_${k}`);
	return {
		...node,
		outputs: [...given, ...unread, output],
		attributes: new Map(node.attributes).set("body", attribute),
	};
}
