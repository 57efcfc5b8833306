import type { Facts } from "@umpire/graph/facts.ts";
import { type Range, type RangeTable, reachOf, UNBOUNDED, union } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import { producersOf } from "@umpire/graph/uses.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import { naturalBounds } from "./natural-bounds.ts";

/** A bound is reached for if that makes a grid so many times coarser at most. */
const ROOM = 8;
/** What a recurrence adds up may become so many times larger than calibration shows. */
const GROWTH = 2;

/**
 * The ranges with room for what values can be whatever calibration saw of them:
 *
 * - Probabilities that are outputs, and what they are computed from as far as it is bounded, may be 0 and 1: samples
 *   of silence say nothing of speech.
 * - In a recurrence what is bounded (gates, hidden states) may reach its bound, if that is not much further.
 * - What a recurrence adds up (the cell of an LSTM) grows for as long as its gate stays open, and a few samples do not show
 *   how long that is: it has room for twice as much, wherever it is moved from and to.
 */
export function withBoundedRanges(
	graph: Graph,
	facts: Facts,
	probabilities: ReadonlySet<string>,
): RangeTable {
	const ranges: RangeTable = new Map(facts.ranges);
	const bounds = naturalBounds(graph, facts);
	const of = (name: string): Range => bounds.get(name) ?? UNBOUNDED;
	const producers = producersOf(graph);
	const states = statesOf(graph, facts, of, producers);
	const shown = behindProbabilities(graph, probabilities, of, producers);
	for (const [name, seen] of facts.ranges) {
		if (!isFloat(facts.types.get(name) ?? "undefined")) continue;
		const bound = of(name);
		const isNear = states.size > 0 && reachOf(bound) <= ROOM * reachOf(seen);
		if (shown.has(name) || isNear) ranges.set(name, union(seen, bound));
		else if (states.has(name))
			ranges.set(name, {
				low: Math.max(bound.low, GROWTH * seen.low),
				high: Math.min(bound.high, GROWTH * seen.high),
			});
	}
	return ranges;
}

/** Values within 0 and 1 that outputs which are probabilities are computed from, those among them. */
function behindProbabilities(
	graph: Graph,
	probabilities: ReadonlySet<string>,
	of: (name: string) => Range,
	producers: ReadonlyMap<string, Node>,
): ReadonlySet<string> {
	const found = new Set<string>();
	const waiting = graph.outputs.map(({ name }) => name).filter((name) => probabilities.has(name));
	for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
		const { low, high } = of(name);
		if (found.has(name) || low < 0 || high > 1) continue;
		found.add(name);
		waiting.push(...(producers.get(name)?.inputs ?? []));
	}
	return found;
}

/** What recurrences add up, before and after a step: in f·c + i·g, with gates f and what is bounded beside it, c and the sum. */
function statesOf(
	graph: Graph,
	facts: Facts,
	of: (name: string) => Range,
	producers: ReadonlyMap<string, Node>,
): ReadonlySet<string> {
	const states = new Set<string>();
	const isGate = (name: string): boolean => {
		const { low, high } = of(name);
		return low >= 0 && high <= 1 && !facts.constants.has(name);
	};
	const isBounded = (name: string): boolean => Number.isFinite(reachOf(of(name)));
	for (const node of graph.nodes) {
		if (node.domain !== "" || node.opType !== "Add") continue;
		for (const [kept, added] of [node.inputs, node.inputs.toReversed()]) {
			const product = producers.get(kept);
			if (product?.domain !== "" || product.opType !== "Mul" || !isBounded(added)) continue;
			const state = product.inputs.find((_, k) => isGate(product.inputs[1 - k]));
			if (state === undefined || isBounded(state) || facts.constants.has(state)) continue;
			for (const name of [state, kept, node.outputs[0]]) states.add(name);
		}
	}
	if (states.size === 0) return states;
	for (const node of graph.nodes) {
		if (has(node, "moves", "permutes", "views", "joins") && node.inputs.some((name) => states.has(name)))
			for (const name of node.outputs) states.add(name);
	}
	for (const node of graph.nodes.toReversed()) {
		if (has(node, "moves", "permutes", "views") && node.outputs.some((name) => states.has(name)))
			states.add(node.inputs[0]);
	}
	return states;
}
