import { int } from "@umpire/graph/attributes.ts";
import { GraphEditor, nodeOf } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { constantScalar } from "@umpire/graph/facts.ts";
import { type Range, rangeOf, reachOf, union } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import { snapUp } from "../quantise/scales.ts";

/** exp(−16) is less than what 16 bits of a softmax show. */
const INVISIBLE = 16;
/** Scores reach up to three times what one calibration input shows, on either side (quantise/scales.ts). */
const FARTHEST = 6;
/** Numbers below this are masks, not scores. */
const MASK = -1000;

/**
 * Attention adds −10000, −3.4e38 or −∞ to scores before a softmax where it must not look, or
 * puts it in their place; so do masks of actions before an ArgMax or a TopK. Such a number would take all bits of the scores' range; one that lies
 * safely below all scores has the same effect, and here it becomes that. Only masks on their way
 * to nothing but one of these are changed. `facts` are of the graph with its softmaxes still in it.
 */
export function boundMasks(graph: Graph, facts: Facts): Graph {
	const masks = new Masks(graph, facts);
	for (const node of graph.nodes) {
		if (node.domain !== "") continue;
		const positions =
			node.opType === "TopK" && int(node, "largest", 1) === 1 && masks.isUnused(node.outputs[0]);
		if (/^(Log)?Softmax$/.test(node.opType))
			masks.tame(node.inputs[0], ({ low, high }) => 1.5 * (high - low));
		else if (positions || node.opType === "ArgMax")
			masks.tame(node.inputs[0], (range) => FARTHEST * reachOf(range));
	}
	return masks.graph();
}

/** Whether the graph may hold masks before an ArgMax, as far as it can be told without running it. */
export function masksPositions(graph: Graph, inputs: ReadonlyMap<string, Range>): boolean {
	if (!graph.nodes.some(({ domain, opType }) => domain === "" && opType === "ArgMax")) return false;
	const constants = [...graph.initializers.values()].filter(({ type }) => isFloat(type)).map(rangeOf);
	return [...constants, ...inputs.values()].some(({ low }) => low < MASK);
}

/** An operand that depends on inputs and holds masks. */
interface Varying {
	readonly node: Node;
	readonly place: number;
	readonly least: number;
}

/** The operands that a sum adds, or between which a Where chooses. */
const choicesOf = ({ opType }: Node): readonly number[] =>
	opType === "Add" ? [0, 1] : opType === "Where" ? [1, 2] : [];

class Masks {
	private readonly editor: GraphEditor;
	private readonly facts: Facts;
	private readonly varying: Varying[] = [];

	constructor(graph: Graph, facts: Facts) {
		this.editor = new GraphEditor(graph, facts.shapes.keys());
		this.facts = facts;
	}

	graph(): Graph {
		for (const mask of this.varying) this.settle(mask);
		return this.editor.graph();
	}

	isUnused(name: string): boolean {
		return this.editor.reads(name) === 0;
	}

	/** Whether the node moves numbers, or casts floats to floats. */
	private isMove(node: Node): boolean {
		const both = [node.inputs[0], node.outputs[0]].map((name) => this.facts.types.get(name) ?? "undefined");
		return has(node, "views") || (node.opType === "Cast" && both.every(isFloat));
	}

	/**
	 * Looks for a mask behind scores; `room` is for scores that calibration did not see. Where scores are joined of
	 * pieces, a mask in one has to lie below the scores of all.
	 */
	tame(logits: string, room: (scores: Range) => number, others?: Range): void {
		const node = this.behind(logits);
		const seen = node && (this.editor.replacement(node) || this.varying.some((mask) => mask.node === node));
		if (!node || seen || !isFloat(this.facts.types.get(node.outputs[0])!)) return;
		if (node.opType === "Concat") {
			const scores = node.inputs.flatMap((name) => this.scoresOf(name) ?? []);
			const all = scores.reduce<Range | undefined>((known, one) => (known ? union(known, one) : one), others);
			for (const name of node.inputs) this.tame(name, room, all);
			return;
		}
		const choices = choicesOf(node);
		for (const place of choices) {
			const own = this.facts.ranges.get(node.inputs[choices[0] + choices[1] - place]);
			if (!own || own.low < MASK) continue;
			const scores = others ? union(own, others) : own;
			const gap = snapUp(INVISIBLE + room(scores));
			const least = node.opType === "Add" ? -gap : snapUp(gap - Math.min(scores.low, 0)) * -1;
			if (this.raise(node, place, least)) return;
		}
	}

	/** The range of a value's numbers without the masks among them; undefined where they cannot be told apart. */
	private scoresOf(name: string): Range | undefined {
		const range = this.facts.ranges.get(name);
		if (range && range.low >= MASK) return range;
		const constant = this.facts.constants.get(name);
		const numbers = constant && toReal(constant).data.filter((value) => value >= MASK);
		if (numbers)
			return numbers.length > 0 ? { low: Math.min(...numbers), high: Math.max(...numbers) } : undefined;
		const node = this.behind(name);
		const parts = node ? choicesOf(node).flatMap((k) => this.scoresOf(node.inputs[k]) ?? []) : [];
		return parts.length === 0 ? undefined : parts.reduce(union);
	}

	/** The node whose result the value is, apart from moves that nothing else reads. */
	private behind(name: string): Node | undefined {
		const node = this.editor.producer(name);
		if (node?.domain !== "" || this.editor.reads(name) !== 1) return undefined;
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
			const constant = this.editor.constant(`${name}_mask`, tensorFrom(type, shape, raised));
			const before = this.editor.replacement(node)?.[0] ?? node;
			this.editor.replace(node, [{ ...before, inputs: before.inputs.with(place, constant) }]);
			return true;
		}
		const sum = this.behind(name);
		if (sum?.opType === "Add" && !this.editor.replacement(sum)) {
			return [0, 1].map((k) => this.raise(sum, k, least)).some((raised) => raised);
		}
		if (sum?.opType === "Where" && !this.editor.replacement(sum) && this.choosesMasks(sum)) {
			// What the masks stand beside may lie below 0, further than calibration shows.
			const low = FARTHEST * Math.min(this.scoresOf(sum.outputs[0])?.low ?? 0, 0);
			return [1, 2].map((k) => this.raise(sum, k, snapUp(-low - least) * -1)).some((raised) => raised);
		}
		const range = this.facts.ranges.get(name);
		if (!range || !(range.low < MASK || this.isSwitched(name, range))) return false;
		this.varying.push({ node, place, least });
		return true;
	}

	/** Whether a Where chooses between numbers of which several are masks, one of them whatever the inputs are. */
	private choosesMasks(node: Node): boolean {
		const [a, b] = [1, 2].map((k) => this.scoresOf(node.inputs[k]));
		const inner = [1, 2].some((k) => this.behind(node.inputs[k])?.opType === "Where");
		return inner && (a === undefined) !== (b === undefined);
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
			const known = this.editor.replacement(source.node)?.[0];
			const before = known && this.editor.initializer(known.inputs[source.place]);
			const value = Math.min(least, before ? toReal(before).data[0] : 0);
			const shape = this.facts.shapes.get(source.node.inputs[source.place])!;
			const constant = this.editor.constant(`${name}_mask`, tensorFrom(type, shape, [value]));
			this.editor.replace(source.node, [
				{ ...source.node, inputs: source.node.inputs.with(source.place, constant) },
			]);
			return;
		}
		const bound = this.editor.constant(`${name}_mask`, tensorFrom(type, [], [least]));
		const output = this.editor.names.fresh(`${name}_raised`);
		const clip = nodeOf(output, "Clip", [name, bound], [output]);
		this.editor.replace(node, [clip, { ...node, inputs: node.inputs.with(place, output) }]);
	}

	/** Ranges leave out numbers such as −3.4e38, so that a mask of them seems to be all zeros: what makes the mask tells. */
	private isSwitched(name: string, { low, high }: Range): boolean {
		return low === 0 && high === 0 && this.switchOf(name) !== undefined;
	}

	/** The node that makes a mask of truth values, and which of its operands is the mask's number. */
	private switchOf(name: string): { node: Node; place: number } | undefined {
		const node = this.editor.producer(name);
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
		if (this.editor.isOutput(name)) return false;
		return this.editor
			.readers(name)
			.every((node) =>
				node.domain === "" && this.isMove(node)
					? this.onlyMasks(node.outputs[0])
					: this.varying.some((mask) => mask.node === node),
			);
	}
}
