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
/**
 * What a term has room for at least: a binary feature that is constant within a class has a variance of 1e-6 there
 * (reg_covar), and a row with the other value a term of 1e6. Classes that are that far off are told apart by how far.
 */
const LEAST = 2 ** 21;

/**
 * Squared distances that are subtracted in log-likelihoods, of which only differences to the likeliest class
 * count, are bounded term by term. A feature that is constant within a class has a variance of 1e-9 there: its
 * term of 4e9 leaves no bits for the others, and says no more than a bound does: not this class. As every
 * term has the bound by itself, the class with the fewest such features stays the likeliest.
 */
export function boundDistances(graph: Graph, facts: Facts): Graph {
	const editor = new GraphEditor(graph, facts.shapes.keys());
	for (const node of graph.nodes) {
		if (node.domain !== "" || !/^(ReduceLogSumExp|(Log)?Softmax)$/.test(node.opType)) continue;
		const [x] = node.inputs;
		const own = facts.ranges.get(x);
		if (!own || !onlyCompared(editor, x, node.outputs[0])) continue;
		const isSum = node.opType === "ReduceLogSumExp";
		if (isSum) normalise(editor, facts, node);
		// How far rows are from the class that is likeliest.
		const least = isSum ? facts.ranges.get(node.outputs[0])?.low : undefined;
		const spread = Math.max(0, own.high - (least ?? own.high));
		new Distances(editor, facts, ROOM * spread + LEAST).follow(x, -1);
	}
	return editor.graph();
}

/**
 * x − log Σ exp(x) becomes a LogSoftmax, and its exponentials a Softmax: the sum of likelihoods itself may be
 * exp(−500,000) where a row is far from every class, and the difference is what counts.
 */
function normalise(editor: GraphEditor, facts: Facts, { inputs, outputs, attributes }: Node): void {
	const [x, axesOf] = inputs;
	const rank = facts.shapes.get(x)?.length;
	const given = attributes.get("axes");
	const constant = facts.constants.get(axesOf ?? "");
	const known = given?.type === "ints" ? given.value.map(Number) : undefined;
	const axes = constant ? Array.from(toReal(constant).data) : known;
	if (axes?.length !== 1 || rank === undefined) return;
	const axis = (axes[0] + rank) % rank;
	const sums = new Set([outputs[0]]);
	for (const reader of editor.readers(x)) {
		if (reader.opType !== "Sub" || reader.domain !== "" || !isView(editor, reader.inputs[1], sums)) continue;
		const [difference] = reader.outputs;
		const powers = editor.readers(difference);
		const onlyPowers = powers.every(({ opType, domain }) => opType === "Exp" && domain === "");
		if (onlyPowers && powers.length > 0 && !editor.isOutput(difference))
			for (const power of powers)
				editor.replace(power, [editor.node(power.name, "Softmax", [x], { axis }, power.outputs)]);
		else editor.replace(reader, [editor.node(reader.name, "LogSoftmax", [x], { axis }, reader.outputs)]);
	}
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
			if (range && reachOf(range) > end * ROUNDED) this.#clip(node, { nodes: [], value: x }, end);
			return;
		}
		if (node.opType !== "ReduceSum" || !range || range.low < 0) return;
		// The first rows may be near every class: the variances tell what others can be.
		const isFar = range.high > most * ROUNDED;
		const roots = isFar || this.#isUnlike(x) ? this.#roots(x) : undefined;
		if (roots) this.#clip({ ...node, opType: "ReduceSumSquare" }, roots, Math.sqrt(most), node, x);
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

	/**
	 * What a square that is divided by constants is the square of: sums of products are exact, where squares, of which
	 * the largest are a million times the least that counts, have no bits for both.
	 */
	#roots(name: string): { readonly nodes: readonly Node[]; readonly value: string } | undefined {
		const quotient = this.#editor.producer(name);
		const divisor = quotient?.opType === "Div" ? this.#facts.constants.get(quotient.inputs[1]) : undefined;
		const power = quotient && this.#editor.producer(quotient.inputs[0]);
		if (
			!quotient ||
			!divisor ||
			power?.opType !== "Pow" ||
			constantScalar(power.inputs[1], this.#facts) !== 2
		)
			return undefined;
		const { shape, data } = toReal(divisor);
		if (data.some((value) => !(value > 0))) return undefined;
		const factors = tensorFrom(
			divisor.type,
			shape,
			Array.from(data, (value) => 1 / Math.sqrt(value)),
		);
		const constant = this.#editor.constant(`${quotient.inputs[1]}_root`, factors);
		const root = this.#editor.node(`${quotient.name}/Root`, "Mul", [power.inputs[0], constant]);
		return { nodes: [root], value: root.outputs[0] };
	}

	#clip(
		node: Node,
		{ nodes, value }: { readonly nodes: readonly Node[]; readonly value: string },
		end: number,
		given = node,
		like = value,
	): void {
		const type = this.#facts.types.get(like);
		if (!type || !isFloat(type)) return;
		const [low, high] = [-end, end].map((bound) =>
			this.#editor.constant(`${value}_end`, tensorFrom(type, [], [bound])),
		);
		const clip = this.#editor.node(`${node.name}/Farthest`, "Clip", [value, low, high]);
		const sum = { ...node, inputs: [clip.outputs[0], ...node.inputs.slice(1)] };
		this.#editor.replace(given, [...nodes, clip, sum]);
	}
}
