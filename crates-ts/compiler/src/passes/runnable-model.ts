import { GraphEditor, nameNodes } from "@umpire/graph/edit.ts";
import type { Facts, FoldedModel } from "@umpire/graph/facts.ts";
import { type Feeds, feedsOf } from "@umpire/graph/feeds.ts";
import { foldModel } from "@umpire/graph/fold.ts";
import { has } from "@umpire/graph/traits.ts";
import { readsOf, writesOf } from "@umpire/graph/uses.ts";
import { codeOfType } from "@umpire/onnx/element-types.ts";
import { OnnxError } from "@umpire/onnx/errors.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { ElementType, Model, Node } from "@umpire/onnx/model.ts";
import { upgradeTo20 } from "@umpire/onnx/opset.ts";
import { decompositionOf } from "../onnx-ops/operators.ts";
import { replaceNodes } from "./replace.ts";

/** The forms in which onnxruntime's errors name the node that it cannot run. */
const COMPLAINTS = [
	/with name '([^']+)'/,
	/In Node, \("([^"]+)"/,
	/in node \(([^)]+)\) is invalid/,
	/while running \S+ node\. Name:'([^']+)'/,
];
const UNREGISTERED = /Fatal error: (\S*?):?(\w+)\(-?\d+\) is not a registered function/;

/**
 * Folds a model (foldModel) that may hold operators, element types or attributes for which
 * onnxruntime has no kernel. Such a node is replaced by simpler ones if it has a decomposition,
 * and otherwise computed in int64 or float32.
 * @returns the model that runs, with what folding tells of it
 * @throws OnnxError as onnxruntime says it, if neither helps
 */
export async function foldRunnable(
	model: Model,
	feeds: Feeds,
	options: Parameters<typeof foldModel>[2] = {},
): Promise<{ readonly model: Model; readonly folded: FoldedModel }> {
	return attempt(model, feeds, (current) => foldModel(current, feeds, options));
}

/**
 * The model with what onnxruntime cannot run replaced, as foldRunnable does it.
 * @throws OnnxError
 */
export async function runnableModel(given: Model, feeds: Feeds): Promise<Model> {
	const { model } = await attempt(given, feeds, (current) => runFloat(current, feeds.first));
	return model;
}

async function attempt<T>(
	model: Model,
	feeds: Feeds,
	run: (model: Model) => Promise<T>,
): Promise<{ readonly model: Model; readonly folded: T }> {
	let current = model;
	const tried = new Set<string>();
	for (;;) {
		try {
			return { model: current, folded: await run(current) };
		} catch (error) {
			const node = error instanceof OnnxError ? refusedNode(error.message, current) : undefined;
			if (!node || tried.has(node.name)) throw error;
			tried.add(node.name);
			const replaced = await withoutNode(current, node, feeds);
			if (!replaced) throw error;
			current = replaced;
		}
	}
}

function refusedNode(message: string, { graph }: Model): Node | undefined {
	const names = COMPLAINTS.flatMap((pattern) => pattern.exec(message)?.[1] ?? []);
	const named = graph.nodes.find((node) => names.includes(node.name));
	if (named) return named;
	const [, domain, opType] = UNREGISTERED.exec(message) ?? [];
	const own = domain === "ai.onnx" ? "" : domain;
	return graph.nodes.find((node) => node.opType === opType && node.domain === own);
}

async function withoutNode(given: Model, node: Node, feeds: Feeds): Promise<Model | undefined> {
	const known = decompositionOf(node) !== undefined;
	const model = known ? namedModel(upgradeTo20(given)) : given;
	const refused = model.graph.nodes.find(({ name }) => name === node.name) ?? node;
	const before = await foldRunnable(upTo(model, refused), feedsOf([feeds.first]));
	const runnable: Model = { ...model, graph: joined(model, before.model, refused) };
	const { facts } = before.folded;
	const replaced = known
		? replaceNodes(runnable.graph, facts, model.opsets.get("") ?? 1, (one) => one === refused)
		: undefined;
	if (replaced) return { ...runnable, graph: replaced.graph };
	return inUsualType(runnable, refused, facts);
}

function namedModel(model: Model): Model {
	return { ...model, graph: nameNodes(model.graph) };
}

/** The part of the model that computes the node's operands. */
function upTo(model: Model, node: Node): Model {
	const { graph } = model;
	const outputs = [...new Set(readsOf(node))]
		.filter((name) => !graph.initializers.has(name))
		.map((name) => ({ name, type: "undefined" as const, dims: null }));
	const at = graph.nodes.indexOf(node);
	return { ...model, graph: { ...graph, nodes: graph.nodes.slice(0, at), outputs } };
}

/** The model with the nodes before `node` as they run. */
function joined(model: Model, before: Model, node: Node): Model["graph"] {
	const { graph } = model;
	const at = graph.nodes.indexOf(node);
	const run = new Map(before.graph.nodes.flatMap((one) => writesOf(one).map((name) => [name, one] as const)));
	const kept = graph.nodes.slice(0, at).filter((one) => writesOf(one).some((name) => !run.has(name)));
	return {
		...graph,
		initializers: new Map([...graph.initializers, ...before.graph.initializers]),
		nodes: [...before.graph.nodes, ...kept, ...graph.nodes.slice(at)],
	};
}

/** For each of these types, the one of its kind for which onnxruntime has most kernels. */
const USUAL: ReadonlyMap<ElementType, ElementType> = new Map([
	...(["int8", "int16", "int32", "uint8", "uint16", "uint32", "uint64"] as const).map(
		(type) => [type, "int64"] as const,
	),
	...(["float16", "bfloat16", "float64"] as const).map((type) => [type, "float32"] as const),
]);

/** The node with its operands of unusual types as int64 and float32, and its first result cast back. */
function inUsualType(model: Model, node: Node, facts: Facts): Model | undefined {
	// Facts are of what the node's operands are computed from: constants of its own are not among them.
	const typeOf = (name: string): ElementType =>
		facts.types.get(name) ?? model.graph.initializers.get(name)?.type ?? "undefined";
	const usual = (name: string): ElementType | undefined => USUAL.get(typeOf(name));
	const unusual = new Set(node.inputs.filter((name) => usual(name) !== undefined));
	if (unusual.size === 0) return undefined;
	const editor = new GraphEditor(model.graph, facts.types.keys());
	const { names } = editor;
	const renamed = new Map(
		[...unusual].map((name) => [name, names.fresh(`${node.name}/${name}/${usual(name)}`)] as const),
	);
	const cast = (from: string, to: string, type: ElementType): Node =>
		editor.node(`${to}/Cast`, "Cast", [from], { to: codeOfType(type) }, [to]);
	const before = [...renamed].map(([name, to]) => cast(name, to, usual(name)!));
	const [result, ...others] = node.outputs;
	const from = resultOperand(node);
	const back = from === undefined ? undefined : typeOf(node.inputs[from]);
	const isCast = back !== undefined && USUAL.has(back);
	const inner = isCast ? names.fresh(`${node.name}/${result}/usual`) : result;
	const computed: Node = {
		...node,
		name: names.fresh(`${node.name}/usual`),
		inputs: node.inputs.map((name) => renamed.get(name) ?? name),
		outputs: [inner, ...others],
	};
	editor.replace(node, [...before, computed, ...(isCast ? [cast(inner, result, back)] : [])]);
	return { ...model, graph: editor.graph() };
}

/** The operand of whose type the result is; none for comparisons, positions and casts. */
function resultOperand(node: Node): number | undefined {
	if (node.opType === "Where") return 1;
	return has(node, "ranks", "casts", "compares") ? undefined : 0;
}
