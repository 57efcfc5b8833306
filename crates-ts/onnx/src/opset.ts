import { OnnxError } from "./errors.ts";
import type { AttributeValue, FunctionDefinition, Graph, Model, Node, Tensor } from "./model.ts";
import { rewriteTo7 } from "./opset-7.ts";
import { rewriteTo11 } from "./opset-11.ts";
import { rewriteTo20 } from "./opset-20.ts";
import type { Rule } from "./opset-rules.ts";
import { type Known, knownOfGraph, learn } from "./ranks.ts";

/**
 * Brings a model to an opset that onnxruntime runs: opsets 1 to 6 to 7, and opsets 7 to 10 with a
 * comparison `Equal` (which takes floats from 11 on, and which old exporters use on floats) to 11.
 * Names of tensors stay. Other models are returned as they are.
 * @throws OnnxError if a node has no equivalent, or depends on a rank that the file does not tell
 */
export function upgradeOpset(model: Model): Model {
	let result = model;
	if (opsetOf(result) < 7) result = rewrite(result, 7, rewriteTo7);
	if (opsetOf(result) < 11 && usesEqual(result.graph) && !usesResize(result.graph))
		result = rewrite(result, 11, rewriteTo11);
	return result;
}

/**
 * Brings a model to opset 20, or leaves a newer one as it is: one form of every operator for
 * those who replace operators by others. Names of tensors stay.
 * @throws OnnxError as upgradeOpset does
 */
export function upgradeTo20(model: Model): Model {
	const current = upgradeOpset(model);
	return opsetOf(current) < 20 ? rewrite(current, 20, rewriteTo20(current.graph.initializers)) : current;
}

/** From this opset on what moved, moved from attributes to inputs, has moved: nodes of older ones can be brought to any newer one. */
const LEAST_OF_FUNCTIONS = 18;

/**
 * Brings the body of a function to the opset of the model that calls it; as it is if it has that already.
 *
 * @throws OnnxError if the function is newer than the model, or the model older than opset 18
 */
export function upgradeFunction(called: FunctionDefinition, to: number): FunctionDefinition {
	const from = called.opsets.get("") ?? to;
	if (from === to) return called;
	if (from > to || to < LEAST_OF_FUNCTIONS)
		throw new OnnxError(`function ${called.name} is written for opset ${from}, the model for ${to}`, {
			advice:
				"put functions into the graph before: onnx.inliner.inline_local_functions(model, convert_version=True).",
		});
	const body: Graph = {
		name: called.name,
		inputs: called.inputs.map((name) => ({ name, type: "undefined", dims: null })),
		outputs: [],
		valueInfo: [],
		initializers: new Map(),
		nodes: called.nodes,
	};
	const names = new Set<string>();
	collectNames(body, names);
	const constants = constantsOf(called.nodes);
	const { nodes, initializers } = rewriteGraph(body, { rule: rewriteTo20(constants), names, from, to });
	const made = [...initializers].map(
		([name, value]): Node => ({
			...{ name, opType: "Constant", domain: "", inputs: [], outputs: [name] },
			attributes: new Map([["value", { type: "tensor", value }]]),
		}),
	);
	return { ...called, opsets: new Map(called.opsets).set("", to), nodes: [...made, ...nodes] };
}

function constantsOf(nodes: readonly Node[]): ReadonlyMap<string, Tensor> {
	return new Map(
		nodes.flatMap(({ opType, outputs, attributes }) => {
			const value = opType === "Constant" ? attributes.get("value") : undefined;
			return value?.type === "tensor" ? [[outputs[0], value.value] as const] : [];
		}),
	);
}

function opsetOf(model: Model): number {
	return model.opsets.get("") ?? 1;
}

function uses(graph: Graph, test: (node: Node) => boolean): boolean {
	return graph.nodes.some((node) => test(node) || subgraphs(node).some((inner) => uses(inner, test)));
}

const usesEqual = (graph: Graph) => uses(graph, (node) => node.domain === "" && node.opType === "Equal");
// Resize changed its meaning in opset 11: such a model keeps its opset.
const usesResize = (graph: Graph) => uses(graph, (node) => /^(Resize|Upsample)$/.test(node.opType));

function subgraphs(node: Node): Graph[] {
	return [...node.attributes.values()].flatMap((value) => (value.type === "graph" ? [value.value] : []));
}

function rewrite(model: Model, opset: number, rule: Rule): Model {
	const names = new Set<string>();
	collectNames(model.graph, names);
	return {
		...model,
		opsets: new Map(model.opsets).set("", opset),
		graph: rewriteGraph(model.graph, { rule, names, from: opsetOf(model), to: opset }),
	};
}

function collectNames(graph: Graph, names: Set<string>): void {
	for (const value of graph.inputs) names.add(value.name);
	for (const name of graph.initializers.keys()) names.add(name);
	for (const node of graph.nodes) {
		for (const name of node.outputs) names.add(name);
		for (const inner of subgraphs(node)) collectNames(inner, names);
	}
}

interface Task {
	readonly rule: Rule;
	readonly names: Set<string>;
	readonly from: number;
	readonly to: number;
}

function rewriteGraph(graph: Graph, task: Task, outer?: Known): Graph {
	const { names } = task;
	const known = knownOfGraph(graph, outer);
	const initializers = new Map(graph.initializers);
	const fresh = (base: string) => {
		let name = base;
		for (let count = 2; names.has(name); count++) name = `${base}_${count}`;
		names.add(name);
		return name;
	};
	const nodes = graph.nodes.flatMap((node) => {
		const base = node.name || node.outputs[0];
		const inner = {
			...node,
			attributes: new Map(
				[...node.attributes].map(([name, value]): [string, AttributeValue] =>
					value.type === "graph"
						? [name, { type: "graph", value: rewriteGraph(value.value, task, known) }]
						: [name, value],
				),
			),
		};
		const rewritten =
			node.domain === ""
				? task.rule(inner, {
						from: task.from,
						target: task.to,
						known,
						fresh: (suffix) => fresh(`${base}_${suffix}`),
						constant(tensor) {
							const name = fresh(`${base}_constant`);
							initializers.set(name, tensor);
							return name;
						},
						refuse(reason) {
							throw new OnnxError(
								`node "${base}" (${node.opType}) cannot be brought to opset ${task.to}: ${reason}`,
							);
						},
					})
				: [inner];
		for (const one of rewritten) learn(one, known);
		return rewritten;
	});
	return { ...graph, initializers, nodes };
}
