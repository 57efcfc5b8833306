import type { Facts } from "@umpire/graph/facts.ts";
import { constantScalar } from "@umpire/graph/facts.ts";
import type { Range } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import { countReads, readsOf } from "@umpire/graph/uses.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";
import { snapUp } from "../quantise/scales.ts";

/** exp(−16) is less than what 16 bits of a softmax show. */
const INVISIBLE = 16;
/** Numbers below this say "do not look" where scores are meant. */
const MASK = -1000;

/**
 * Attention adds −10000, −3.4e38 or −∞ to scores before a softmax where it must not look, or
 * puts it in their place. Such a number would take all bits of the scores' range; one that lies
 * safely below all scores has the same effect, and here it becomes that. Only masks on their way
 * to nothing but a softmax are changed. `facts` are of the graph with its softmaxes still in it.
 */
export function boundMasks(graph: Graph, facts: Facts): Graph {
	const masks = new Masks(graph, facts);
	for (const node of graph.nodes) {
		if (node.domain === "" && /^(Log)?Softmax$/.test(node.opType)) masks.tame(node.inputs[0]);
	}
	return masks.graph();
}

/** An operand that depends on inputs and holds masks. */
interface Varying {
	readonly node: Node;
	readonly place: number;
	readonly least: number;
}

class Masks {
	private readonly given: Graph;
	private readonly facts: Facts;
	private readonly producers = new Map<string, Node>();
	private readonly reads: ReadonlyMap<string, number>;
	private readonly names: Set<string>;
	private readonly initializers: Map<string, Tensor>;
	private readonly replaced = new Map<Node, readonly Node[]>();
	private readonly varying: Varying[] = [];

	constructor(graph: Graph, facts: Facts) {
		this.given = graph;
		this.facts = facts;
		for (const node of graph.nodes) for (const name of node.outputs) this.producers.set(name, node);
		this.reads = countReads(graph);
		this.names = new Set([...this.producers.keys(), ...facts.shapes.keys()]);
		this.initializers = new Map(graph.initializers);
	}

	graph(): Graph {
		for (const mask of this.varying) this.settle(mask);
		if (this.replaced.size === 0) return this.given;
		const nodes = this.given.nodes.flatMap((node) => this.replaced.get(node) ?? [node]);
		return { ...this.given, nodes, initializers: this.initializers };
	}

	/** Whether the node moves numbers, or casts floats to floats. */
	private isMove(node: Node): boolean {
		const both = [node.inputs[0], node.outputs[0]].map((name) => this.facts.types.get(name) ?? "undefined");
		return has(node, "views") || (node.opType === "Cast" && both.every(isFloat));
	}

	/** Looks for a mask behind the operand of a softmax. */
	tame(logits: string): void {
		const node = this.behind(logits);
		const seen = node && (this.replaced.has(node) || this.varying.some((mask) => mask.node === node));
		if (!node || seen || !isFloat(this.facts.types.get(node.outputs[0])!)) return;
		const choices = node.opType === "Add" ? [0, 1] : node.opType === "Where" ? [1, 2] : [];
		for (const place of choices) {
			const scores = this.facts.ranges.get(node.inputs[choices[0] + choices[1] - place]);
			if (!scores || scores.low < MASK) continue;
			const gap = snapUp(INVISIBLE + 1.5 * (scores.high - scores.low));
			const least = node.opType === "Add" ? -gap : snapUp(gap - Math.min(scores.low, 0)) * -1;
			if (this.raise(node, place, least)) return;
		}
	}

	/** The node whose result the value is, apart from moves that nothing else reads. */
	private behind(name: string): Node | undefined {
		const node = this.producers.get(name);
		if (node?.domain !== "" || this.reads.get(name) !== 1) return undefined;
		return this.isMove(node) ? this.behind(node.inputs[0]) : node;
	}

	/** Raises the masks in an operand to `least` below its other numbers; false if it holds none. */
	private raise(node: Node, place: number, least: number): boolean {
		const name = node.inputs[place];
		const known = this.facts.constants.get(name);
		const type = this.facts.types.get(name)!;
		if (known) {
			const { shape, data } = toReal(known);
			if (!data.some((value) => value < MASK)) return false;
			const lowest = data.reduce((low, value) => (value < MASK ? low : Math.min(low, value)), 0);
			const raised = data.map((value) => (value < MASK ? lowest + least : value));
			const constant = this.constant(name, tensorFrom(type, shape, raised));
			const before = this.replaced.get(node)?.[0] ?? node;
			this.replaced.set(node, [{ ...before, inputs: before.inputs.with(place, constant) }]);
			return true;
		}
		const sum = this.behind(name);
		if (sum?.opType === "Add" && !this.replaced.has(sum)) {
			return [0, 1].map((k) => this.raise(sum, k, least)).some((raised) => raised);
		}
		const range = this.facts.ranges.get(name);
		if (!range || !(range.low < MASK || this.isSwitched(name, range))) return false;
		this.varying.push({ node, place, least });
		return true;
	}

	/**
	 * A mask that depends on inputs: the number that makes it becomes one that is just far enough,
	 * if nothing else reads it (beyond float32's ends nothing could be computed); otherwise it is clipped.
	 */
	private settle(mask: Varying): void {
		const { node, place, least } = mask;
		const name = node.inputs[place];
		const source = this.switchOf(name);
		const type = this.facts.types.get(name)!;
		if (source && this.onlyMasks(source.node.outputs[0])) {
			const known = this.replaced.get(source.node)?.[0];
			const before = known && this.initializers.get(known.inputs[source.place]);
			const value = Math.min(least, before ? toReal(before).data[0] : 0);
			const shape = this.facts.shapes.get(source.node.inputs[source.place])!;
			const constant = this.constant(name, tensorFrom(type, shape, [value]));
			this.replaced.set(source.node, [
				{ ...source.node, inputs: source.node.inputs.with(source.place, constant) },
			]);
			return;
		}
		const [bound, output] = [
			this.constant(name, tensorFrom(type, [], [least])),
			this.fresh(`${name}_raised`),
		];
		const clip = { name: output, opType: "Clip", domain: "", inputs: [name, bound], outputs: [output] };
		const reader = { ...node, inputs: node.inputs.with(place, output) };
		this.replaced.set(node, [{ ...clip, attributes: new Map() }, reader]);
	}

	/** Ranges do not show numbers such as −3.4e38: a factor or a choice that is one does. */
	private isSwitched(name: string, { low, high }: Range): boolean {
		return low === 0 && high === 0 && this.switchOf(name) !== undefined;
	}

	/** The node that makes a mask of truth values, and which of its operands is the mask's number. */
	private switchOf(name: string): { node: Node; place: number } | undefined {
		const node = this.producers.get(name);
		if (node?.domain !== "") return undefined;
		if (this.isMove(node)) return this.switchOf(node.inputs[0]);
		const places = node.opType === "Mul" ? [0, 1] : node.opType === "Where" ? [1, 2] : [];
		const place = places.find((k) => (constantScalar(node.inputs[k], this.facts) ?? 0) < MASK);
		if (place === undefined) return undefined;
		if (node.opType === "Where") return { node, place };
		const truth = this.facts.ranges.get(node.inputs[1 - place]);
		return truth && truth.low >= 0 && truth.high <= 1 ? { node, place } : undefined;
	}

	/** Whether nothing reads the value but what adds masks to scores. */
	private onlyMasks(name: string): boolean {
		if (this.given.outputs.some((output) => output.name === name)) return false;
		const readers = this.given.nodes.filter((node) => readsOf(node).includes(name));
		return readers.every((node) =>
			node.domain === "" && this.isMove(node)
				? this.onlyMasks(node.outputs[0])
				: this.varying.some((mask) => mask.node === node),
		);
	}

	private constant(base: string, tensor: Tensor): string {
		const name = this.fresh(`${base}_mask`);
		this.initializers.set(name, tensor);
		return name;
	}

	private fresh(base: string): string {
		let name = base;
		for (let count = 1; this.names.has(name); count++) name = `${base}_${count}`;
		this.names.add(name);
		return name;
	}
}
