import type { Names } from "@umpire/graph/edit.ts";
import { CompileError } from "@umpire/graph/errors.ts";
import { mapNodes, subgraphsOf } from "@umpire/graph/subgraphs.ts";
import type { AttributeValue, FunctionDefinition, Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { upgradeFunction } from "@umpire/onnx/opset.ts";
import { Splice } from "./splice.ts";

/** The model with the calls of its own functions replaced by their bodies, at the top level; repeated until none is left. */
export function inlineCalls(model: Model, names: Names): Model {
	if (model.functions.length === 0) return model;
	const functions = new Map(model.functions.map((one) => [`${one.domain}:${one.name}`, one]));
	const opset = model.opsets.get("") ?? 1;
	let { graph } = model;
	for (let depth = 0; ; depth++) {
		const initializers = new Map(graph.initializers);
		let calls = 0;
		const nodes = graph.nodes.flatMap((node) => {
			const called = functions.get(`${node.domain}:${node.opType}`);
			if (!called) return [node];
			if (depth > functions.size)
				throw new CompileError("this function calls itself", { node, hint: "ONNX forbids recursion" });
			calls += 1;
			const splice = new Splice(node, names, opset);
			inlineCall(node, called, opset, splice);
			for (const [name, tensor] of splice.initializers) initializers.set(name, tensor);
			return splice.nodes;
		});
		graph = { ...graph, nodes, initializers };
		if (calls === 0) return { ...model, graph };
	}
}

function inlineCall(node: Node, called: FunctionDefinition, opset: number, splice: Splice): void {
	const usesOwn = called.nodes.some((inner) => inner.domain === "" || subgraphsOf(inner).length > 0);
	const { nodes: current } = usesOwn ? upgradeFunction(called, opset) : called;
	const { nodes } = mapNodes(
		{
			name: "",
			inputs: [],
			outputs: [],
			valueInfo: [],
			initializers: new Map<string, Tensor>(),
			nodes: current,
		},
		(inner) => [{ ...inner, attributes: resolve(inner, node, called) }],
	);
	const body = { inputs: called.inputs, outputs: called.outputs, nodes, initializers: new Map() };
	const results = splice.copy(body, node.inputs, "");
	for (const [k, name] of results.entries()) splice.define(node.outputs[k], name);
}

/**
 * Attributes that refer to the call's own: those that the call does not set are left out, unless
 * the function has a default for them, which is not among the attributes that it declares.
 */
function resolve(inner: Node, call: Node, called: FunctionDefinition): ReadonlyMap<string, AttributeValue> {
	const attributes = new Map<string, AttributeValue>();
	for (const [key, value] of inner.attributes) {
		const resolved = value.type === "reference" ? call.attributes.get(value.value) : value;
		if (resolved) attributes.set(key, resolved);
		else if (value.type === "reference" && !called.attributes?.includes(value.value)) {
			throw new CompileError(
				`its function has a default for the attribute ${value.value}, which is not read`,
				{
					node: call,
					hint: "Set the attribute where the function is called",
				},
			);
		}
	}
	return attributes;
}
