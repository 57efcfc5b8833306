import { type Attributes, type Names, nodeOf } from "@umpire/graph/edit.ts";
import { renameValues } from "@umpire/graph/subgraphs.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Model, Node, Tensor } from "@umpire/onnx/model.ts";

/** What a graph is made of besides its own inputs and outputs: subgraphs and function bodies alike. */
export interface Body {
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	readonly nodes: readonly Node[];
	readonly initializers: ReadonlyMap<string, Tensor>;
}

export function bodyOf(graph: Graph): Body {
	return {
		inputs: graph.inputs.map(({ name }) => name),
		outputs: graph.outputs.map(({ name }) => name),
		nodes: graph.nodes,
		initializers: graph.initializers,
	};
}

/** Collects the nodes that stand for one inlined node. */
export class Splice {
	readonly nodes: Node[] = [];
	readonly initializers = new Map<string, Tensor>();
	/** Names of the copies of every value of a body, by the body's nodes. */
	readonly #copies = new Map<readonly Node[], Map<string, string[]>>();
	readonly #node: Node;
	readonly #names: Names;
	readonly #opset: number;

	constructor(node: Node, names: Names, opset: number) {
		this.#node = node;
		this.#names = names;
		this.#opset = opset;
	}

	/** Copies a body, its inputs bound to `operands`; `part` tells copies of the same node apart. @returns its outputs' names */
	copy(body: Body, operands: readonly string[], part: string): string[] {
		const prefix = part === "" ? this.#node.name : `${this.#node.name}/${part}`;
		const renaming = new Map(body.inputs.map((name, k) => [name, operands[k] ?? ""]));
		for (const [name, tensor] of body.initializers) {
			if (renaming.has(name)) continue;
			const fresh = this.#names.fresh(`${prefix}/${name}`);
			renaming.set(name, fresh);
			this.initializers.set(fresh, tensor);
		}
		const copies = this.#copies.get(body.nodes) ?? new Map<string, string[]>();
		this.#copies.set(body.nodes, copies);
		for (const name of body.nodes.flatMap((node) => node.outputs)) {
			if (name === "") continue;
			const fresh = this.#names.fresh(`${prefix}/${name}`);
			renaming.set(name, fresh);
			copies.set(name, [...(copies.get(name) ?? []), fresh]);
		}
		body.nodes.forEach((node, index) => {
			const name = this.#names.fresh(`${prefix}/${node.name || `${node.opType}_${index}`}`);
			this.nodes.push({ ...renameValues(node, renaming), name });
		});
		return body.outputs.map((name) => renaming.get(name) ?? name);
	}

	/** Groups of values that are one value of a body that was copied several times. */
	sharedRanges(): string[][] {
		const groups = [...this.#copies.values()].flatMap((copies) => [...copies.values()]);
		return groups.filter((group) => group.length > 1);
	}

	constant(tensor: Tensor): string {
		const name = this.#names.fresh(`${this.#node.name}/constant`);
		this.initializers.set(name, tensor);
		return name;
	}

	ints(values: readonly number[]): string {
		return this.constant(tensorFrom("int64", [values.length], values));
	}

	/** A node of the standard domain with one output. */
	emit(
		opType: string,
		inputs: readonly string[],
		attributes: Attributes = {},
		output = this.#names.fresh(`${this.#node.name}/${opType}_output`),
	): string {
		const name = this.#names.fresh(`${this.#node.name}/${opType}`);
		this.nodes.push(nodeOf(name, opType, inputs, [output], attributes));
		return output;
	}

	/** States that the node's output `output` (if it is used) is `value`. */
	define(output: string | undefined, value: string): void {
		if (output) this.emit("Identity", [value], {}, output);
	}

	/** x[…, index, …] along `axis`, without that axis. */
	at(x: string, index: number, axis: number): string {
		return this.#withAxes("Squeeze", this.range(x, index, index + 1, axis), axis);
	}

	/** x[…, start … end − 1, …] along `axis`. */
	range(x: string, start: number, end: number, axis: number): string {
		if (this.#opset >= 10)
			return this.emit("Slice", [x, this.ints([start]), this.ints([end]), this.ints([axis])]);
		return this.emit("Slice", [x], { starts: [start], ends: [end], axes: [axis] });
	}

	/** The values side by side along a new axis. */
	stack(values: readonly string[], axis: number, output?: string): string {
		const pieces = values.map((value) => this.#withAxes("Unsqueeze", value, axis));
		return this.emit("Concat", pieces, { axis }, output);
	}

	#withAxes(opType: string, x: string, axis: number): string {
		if (this.#opset < 13) return this.emit(opType, [x], { axes: [axis] });
		return this.emit(opType, [x, this.ints([axis])]);
	}
}

/** The model with every node for which `expand` says so replaced by what it put into the splice. */
export function expandNodes(
	model: Model,
	names: Names,
	expand: (node: Node, splice: Splice) => boolean,
): Model {
	const opset = model.opsets.get("") ?? 1;
	const initializers = new Map(model.graph.initializers);
	const nodes = model.graph.nodes.flatMap((node) => {
		const splice = new Splice(node, names, opset);
		if (!expand(node, splice)) return [node];
		for (const [name, tensor] of splice.initializers) initializers.set(name, tensor);
		return splice.nodes;
	});
	return { ...model, graph: { ...model.graph, nodes, initializers } };
}
