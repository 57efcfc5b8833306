import { GraphEditor } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { HUGE, rangeOf, reachOf } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { readsOf, writesOf } from "@umpire/graph/uses.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";
import { isComposite } from "../onnx-ops/operators.ts";
import { snapUp } from "../quantise/scales.ts";
import {
	ABSORBED,
	type Extended,
	isPlain,
	LEAST_STAND_IN,
	type MaskInputs,
	partsOf,
} from "./infinity/extended.ts";
import { ruleOf } from "./infinity/rules.ts";
import { Surroundings } from "./infinity/surroundings.ts";

/** A number this far below everything else has no part in a softmax, and masks.ts takes it for a mask. */
const LEAST = 1024;

/** An input with numbers for what stands for infinity (±∞, ±3.4e38), far beyond its other elements. */
export function withoutHuge(tensor: Tensor): Tensor {
	if (!isFloat(tensor.type)) return tensor;
	const { shape, data } = toReal(tensor);
	if (data.every((value) => Math.abs(value) < HUGE || Number.isNaN(value))) return tensor;
	const reach = reachOf(rangeOf(tensor));
	const bound = snapUp(LEAST + 4 * reach);
	const finite = data.map((value) => (Math.abs(value) < HUGE ? value : Math.sign(value) * bound));
	return tensorFrom(tensor.type, shape, finite);
}

/** Whether a graph may hold infinities, or numbers in their place, as far as its constants tell. */
export function holdsInfinities({ initializers, nodes }: Graph): boolean {
	if ([...initializers.values()].some((tensor) => partsOf(tensor))) return true;
	return nodes.some(({ opType, attributes }) =>
		[...attributes.values()].some(
			(attribute) =>
				(attribute.type === "tensor" && partsOf(attribute.value) !== undefined) ||
				(opType === "Constant" && attribute.type === "float" && Math.abs(attribute.value) >= LEAST_STAND_IN),
		),
	);
}

/** What is known of infinities from round to round. */
export interface Kept {
	/** Values with infinities that are to stay as they are. */
	readonly settled: Set<string>;
	readonly inputs: MaskInputs;
	/** Names of composite operators that nothing replaces. */
	readonly staying: Set<string>;
}

/** What is done with infinities in a round. */
export interface Unbounded {
	readonly graph: Graph;
	/** Composite operators that have infinities for operands: what they make of them is known when they are replaced. */
	readonly waiting: ReadonlySet<Node>;
}

/**
 * The graph with infinities taken apart (infinity/extended.ts): numbers and truth values take
 * different ways, and what asks for infinities (Equal, IsInf, exp, …) is answered from the truth
 * values. Where only order counts (ArgMax, Softmax, …), and where nothing is known of a reader, they
 * are put together again by one choice between the numbers and −∞, which stays (`settled`).
 */
export function withoutInfinities(graph: Graph, facts: Facts, { settled, inputs, staying }: Kept): Unbounded {
	const editor = new GraphEditor(graph, facts.shapes.keys());
	const around = new Surroundings(editor, facts, settled, inputs);
	const beside = new Map<Node, Node[]>();
	const answered = new Set<Node>();
	const waiting = new Set<Node>();
	const asked = new Set(graph.outputs.map(({ name }) => name));
	for (const node of graph.nodes) {
		const results = resultsOf(node, around);
		beside.set(node, around.take());
		if (results) {
			note(node, results, around);
			if (node.outputs.some((name, k) => results[k] && results[k].finite !== name && isPlain(results[k]))) {
				answer(node, results, around);
				answered.add(node);
				beside.set(node, [...beside.get(node)!, ...around.take()]);
			}
			continue;
		}
		const unknown = readsOf(node).filter((name) => around.extended(name));
		const waits = isComposite(node, graph) && !ruleOf(node, around) && !staying.has(node.name);
		if (unknown.length > 0 && waits) waiting.add(node);
		for (const name of unknown) if (!facts.constants.has(name)) asked.add(name);
	}
	if (waiting.size > 0) return { graph, waiting };
	let changed = answered.size > 0;
	for (const node of graph.nodes) {
		if (answered.has(node)) continue;
		const written = writesOf(node);
		const infinite = (name: string): boolean => {
			const extended = around.extended(name);
			// What holds NaN is refused where the model writes it (graph/not-finite.ts).
			if (!extended || extended.nan !== undefined || extended.finite === name) return false;
			const { least, finite } = extended;
			// What calibration saw of a stand-in is a number to readers of which nothing is known; in outputs it shows nothing of the others.
			const isNumber = least < HUGE && isSeen(name, extended, around);
			return !isNumber || (editor.isOutput(name) && around.reach(finite) * ABSORBED <= least);
		};
		if (!written.some((name) => asked.has(name)) || !written.every(infinite)) continue;
		if (written.some((name) => around.isWritten(name) || around.isSettled(name))) continue;
		for (const name of written) put(name, around.extended(name)!, around);
		answered.add(node);
		beside.set(node, [...beside.get(node)!, ...around.take()]);
		changed = true;
	}
	if (!changed) return { graph, waiting };
	for (const [node, added] of beside) {
		if (answered.has(node)) editor.replace(node, added);
		else if (added.length > 0) editor.replace(node, [node, ...added]);
	}
	return { graph: editor.graph(), waiting };
}

function resultsOf(node: Node, around: Surroundings): readonly (Extended | undefined)[] | undefined {
	if (node.outputs.some((name) => around.isSettled(name))) return undefined;
	const rule = ruleOf(node, around);
	const concerned = node.opType === "Mul" || node.inputs.some((name) => around.extended(name));
	return rule && concerned ? rule(node, around) : undefined;
}

/** Remembers what is no number of a node's outputs. */
function note(node: Node, results: readonly (Extended | undefined)[], around: Surroundings): void {
	node.outputs.forEach((name, k) => {
		const result = results[k];
		if (result && !isPlain(result)) around.set(name, result);
	});
}

/** Defines the outputs of a node by what was worked out beside it. */
function answer(node: Node, results: readonly (Extended | undefined)[], around: Surroundings): void {
	node.outputs.forEach((name, k) => {
		const result = results[k];
		if (name !== "" && result && result.finite !== name) put(name, result, around);
	});
}

function put(name: string, result: Extended, around: Surroundings): void {
	const size = isSeen(name, result, around) ? result.least : undefined;
	around.define(name, around.join(result, around.shape(name), around.type(name), size));
}

/** Whether numbers that stand for infinity are among those that calibration saw of a value. */
function isSeen(name: string, { least }: Extended, { facts }: Surroundings): boolean {
	const range = facts.ranges.get(name);
	return range !== undefined && 2 * reachOf(range) >= least;
}
