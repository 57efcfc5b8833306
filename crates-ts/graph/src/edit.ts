import { type AttributeInput, attributeOf } from "@umpire/onnx/builder.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";
import { subgraphsOf } from "./subgraphs.ts";
import { countReads, producersOf, readsOf } from "./uses.ts";

/** Names that a graph and its subgraphs use, and new ones that they do not use yet. */
export class Names {
	readonly #taken: Set<string>;

	/** @param further names that must stay free besides those of the graph */
	constructor(graph: Graph, further: Iterable<string> = []) {
		this.#taken = new Set(further);
		this.#collect(graph);
	}

	#collect(graph: Graph): void {
		for (const { name } of [...graph.inputs, ...graph.outputs]) this.#taken.add(name);
		for (const name of graph.initializers.keys()) this.#taken.add(name);
		for (const node of graph.nodes) {
			for (const name of [node.name, ...node.inputs, ...node.outputs]) this.#taken.add(name);
			for (const inner of subgraphsOf(node)) this.#collect(inner);
		}
	}

	/** `base` itself if nothing has that name, else BASE_1, BASE_2, … */
	fresh(base: string): string {
		let name = base;
		for (let count = 1; this.#taken.has(name); count++) name = `${base}_${count}`;
		this.#taken.add(name);
		return name;
	}
}

/** A node's attributes as they are given to a builder. */
export type Attributes = Readonly<Record<string, AttributeInput>>;

/** A node; its operator as "Reshape", of another domain as "ai.onnx.ml.Scaler". */
export function nodeOf(
	name: string,
	qualified: string,
	inputs: readonly string[],
	outputs: readonly string[],
	attributes: Attributes = {},
): Node {
	const dot = qualified.lastIndexOf(".");
	return {
		name,
		opType: qualified.slice(dot + 1),
		domain: dot < 0 ? "" : qualified.slice(0, dot),
		inputs,
		outputs,
		attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, attributeOf(key, value)])),
	};
}

/**
 * Edits a graph: new values and nodes get names that nothing has, and every node is replaced where
 * it stands, so that the order of the nodes stays a valid one.
 *
 *     const editor = new GraphEditor(graph);
 *     const two = editor.constant("two", tensorFrom("float32", [], [2]));
 *     editor.replace(square, [editor.node("Pow", [x, two], { outputs: square.outputs })]);
 *     return editor.graph();
 */
export class GraphEditor {
	readonly names: Names;
	readonly #given: Graph;
	readonly #producers: ReadonlyMap<string, Node>;
	readonly #counts: ReadonlyMap<string, number>;
	readonly #initializers: Map<string, Tensor>;
	readonly #replaced = new Map<Node, readonly Node[]>();

	/** @param further names that must stay free besides those of the graph: values known of it that it holds no more */
	constructor(graph: Graph, further: Iterable<string> = []) {
		this.#given = graph;
		this.names = new Names(graph, further);
		this.#producers = producersOf(graph);
		this.#counts = countReads(graph);
		this.#initializers = new Map(graph.initializers);
	}

	/** The node of the given graph that computes the value; undefined for inputs and constants. */
	producer(name: string): Node | undefined {
		return this.#producers.get(name);
	}

	/** The nodes of the given graph that read the value, in subgraphs too. */
	readers(name: string): Node[] {
		return this.#given.nodes.filter((node) => readsOf(node).includes(name));
	}

	/** How often the given graph reads the value, counting its outputs. */
	reads(name: string): number {
		return this.#counts.get(name) ?? 0;
	}

	isOutput(name: string): boolean {
		return this.#given.outputs.some((output) => output.name === name);
	}

	/** A constant of the given graph, or one that was added. */
	initializer(name: string): Tensor | undefined {
		return this.#initializers.get(name);
	}

	/** Adds a constant and gives its name. */
	constant(base: string, tensor: Tensor): string {
		const name = this.names.fresh(base);
		this.#initializers.set(name, tensor);
		return name;
	}

	/** A node with a name of its own. It takes its place in the graph by `replace`. */
	node(
		base: string,
		qualified: string,
		inputs: readonly string[],
		attributes: Attributes = {},
		outputs?: readonly string[],
	): Node {
		const name = this.names.fresh(base);
		return nodeOf(name, qualified, inputs, outputs ?? [this.names.fresh(`${name}_output_0`)], attributes);
	}

	/** Puts nodes in the place of one of the given graph's; a second time, in the place of those. */
	replace(node: Node, by: readonly Node[]): void {
		this.#replaced.set(node, by);
	}

	/** What stands for a node of the given graph now; undefined if it stands for itself. */
	replacement(node: Node): readonly Node[] | undefined {
		return this.#replaced.get(node);
	}

	/** The edited graph; the given one if nothing was replaced. */
	graph(): Graph {
		if (this.#replaced.size === 0) return this.#given;
		const nodes = this.#given.nodes.flatMap((node) => this.#replaced.get(node) ?? [node]);
		return { ...this.#given, nodes, initializers: this.#initializers };
	}
}

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
	const names = new Names(graph);
	const seen = new Set([""]);
	const nodes = graph.nodes.map((node, index) => {
		const name = seen.has(node.name) ? names.fresh(`${node.opType}_${index}`) : node.name;
		seen.add(name);
		return name === node.name ? node : { ...node, name };
	});
	return { ...graph, nodes };
}
