import { GraphEditor } from "@umpire/graph/edit.ts";
import { constantScalar, type Facts } from "@umpire/graph/facts.ts";
import { reachOf } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/** Rows that calibration did not see may lie so many times further from the classes than those it saw. */
const ROOM = 16;
/** What was bounded may be beyond the bound by what float32 rounds. */
const ROUNDED = 1.001;
/** Variances of features that are constant within a class are 1e-9 of the largest. */
const NEXT_TO_NOTHING = 2 ** -20;
/** Below exp(−128) nothing is left of a probability. */
const LEAST = 128;

/**
 * Squared distances that are subtracted in log-likelihoods, of which only differences to the likeliest class
 * count, are bounded term by term. A feature that is constant within a class has a variance of 1e-9 there: its
 * term of 4e9 leaves no bits for the others, and says no more than a bound does: not this class. As every
 * term has the bound by itself, the class with the fewest such features stays the likeliest.
 */
export function boundDistances(graph: Graph, facts: Facts): Graph {
	const editor = new GraphEditor(graph, facts.shapes.keys());
	for (const node of graph.nodes) {
		if (node.domain !== "" || node.opType !== "ReduceLogSumExp") continue;
		const [x] = node.inputs;
		const [own, most] = [facts.ranges.get(x), facts.ranges.get(node.outputs[0])];
		if (!own || !most || !onlyCompared(editor, x, node.outputs[0])) continue;
		const spread = own.high - Math.min(most.low, own.high);
		new Distances(editor, facts, ROOM * spread + LEAST).follow(x, -1);
	}
	return editor.graph();
}

/** Whether all that reads the value looks at differences to its largest number. */
function onlyCompared(editor: GraphEditor, x: string, sum: string): boolean {
	if (editor.isOutput(x)) return false;
	const sums = new Set([sum]);
	return editor.readers(x).every((node) => {
		if (node.domain !== "") return false;
		if (node.opType === "ArgMax" || node.opType === "ReduceLogSumExp" || /^(Log)?Softmax$/.test(node.opType))
			return true;
		return node.opType === "Sub" && node.inputs[0] === x && isView(editor, node.inputs[1], sums);
	});
}

function isView(editor: GraphEditor, name: string, of: ReadonlySet<string>): boolean {
	if (of.has(name)) return true;
	const node = editor.producer(name);
	return node !== undefined && has(node, "views") && isView(editor, node.inputs[0], of);
}

/** Follows a sum back to the squares in it. */
class Distances {
	readonly #editor: GraphEditor;
	readonly #facts: Facts;
	/** What is subtracted from a log-likelihood when nothing is left of a class. */
	readonly #enough: number;

	constructor(editor: GraphEditor, facts: Facts, enough: number) {
		this.#editor = editor;
		this.#facts = facts;
		this.#enough = enough;
	}

	/** @param factor by how much a log-likelihood is less for each unit of the value, negated */
	follow(name: string, factor: number): void {
		const node = this.#editor.producer(name);
		if (node?.domain !== "" || this.#editor.isOutput(name) || this.#editor.replacement(node)) return;
		const [a, b] = node.inputs;
		const isConstant = (input: string | undefined): boolean => this.#facts.constants.has(input ?? "");
		if (this.#editor.reads(name) > 1 && factor !== -1) return;
		if (has(node, "views") || node.opType === "Concat" || node.opType === "Identity")
			for (const input of node.opType === "Concat" ? node.inputs : [a]) this.follow(input, factor);
		else if (node.opType === "Add") for (const input of node.inputs) this.follow(input, factor);
		else if (node.opType === "Neg") this.follow(a, -factor);
		else if (node.opType === "Sub") {
			this.follow(a, factor);
			this.follow(b, -factor);
		} else if (node.opType === "Mul" || node.opType === "Div") {
			const [value, constant] = isConstant(b) ? [a, b] : [b, a];
			const by = constantScalar(constant, this.#facts);
			if (by === undefined || (node.opType === "Div" && value === b)) return;
			this.follow(value, node.opType === "Mul" ? factor * by : factor / by);
		} else if (factor > 0) this.#bound(node, this.#enough / factor);
	}

	/** Bounds the terms of a sum of squares by `most`. */
	#bound(node: Node, most: number): void {
		const [x] = node.inputs;
		const range = this.#facts.ranges.get(x);
		if (node.opType === "ReduceSumSquare") {
			const end = Math.sqrt(most);
			if (range && reachOf(range) > end * ROUNDED) this.#clip(node, x, end);
			return;
		}
		if (node.opType !== "ReduceSum" || !range || range.low < 0) return;
		// The first rows may be near every class: the variances tell what others can be.
		const isFar = range.high > most * ROUNDED;
		if ((isFar || this.#isUnlike(x)) && this.#multiply(x)) this.#clip(node, x, most);
	}

	/** Whether a value is divided by constants of which some are next to nothing beside others. */
	#isUnlike(name: string): boolean {
		const node = this.#editor.producer(name);
		const divisor = node?.opType === "Div" ? this.#facts.constants.get(node.inputs[1]) : undefined;
		if (!divisor) return false;
		const { data } = toReal(divisor);
		const [least, most] = [data.reduce((a, b) => Math.min(a, b)), data.reduce((a, b) => Math.max(a, b))];
		return least > 0 && least < most * NEXT_TO_NOTHING;
	}

	/** Writes a division by constants as a product, whose result the bound joins. */
	#multiply(name: string): boolean {
		const node = this.#editor.producer(name);
		const divisor = node?.opType === "Div" ? this.#facts.constants.get(node.inputs[1]) : undefined;
		if (!node || !divisor || this.#editor.replacement(node)) return false;
		const { shape, data } = toReal(divisor);
		if (data.some((value) => value === 0)) return false;
		const factors = tensorFrom(
			divisor.type,
			shape,
			Array.from(data, (value) => 1 / value),
		);
		const constant = this.#editor.constant(`${node.inputs[1]}_inverse`, factors);
		this.#editor.replace(node, [{ ...node, opType: "Mul", inputs: [node.inputs[0], constant] }]);
		return true;
	}

	#clip(node: Node, x: string, end: number): void {
		const type = this.#facts.types.get(x);
		if (!type || !isFloat(type)) return;
		const [low, high] = [-end, end].map((bound) =>
			this.#editor.constant(`${x}_end`, tensorFrom(type, [], [bound])),
		);
		const clip = this.#editor.node(`${node.name}/Farthest`, "Clip", [x, low, high]);
		this.#editor.replace(node, [clip, { ...node, inputs: [clip.outputs[0], ...node.inputs.slice(1)] }]);
	}
}
