import type { Facts } from "@umpire/graph/facts.ts";
import { rangeOf, reachOf } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import { countReads, producersOf } from "@umpire/graph/uses.ts";
import type { Graph } from "@umpire/onnx/model.ts";
import type { Precision } from "./scales.ts";

/** Pieces whose ranges differ by more lose too much on one scale of 16 bits. */
const UNLIKE = 32;

/**
 * What is joined of pieces of unlike size (boxes in pixels and scores below 1) and only moved to outputs:
 * with 32 bits it keeps what the smaller pieces say.
 */
export function joinedOutputs(graph: Graph, facts: Facts, precision: Precision): Set<string> {
	const joined = new Set<string>();
	if (precision.bits !== 16) return joined;
	const producers = producersOf(graph);
	const reads = countReads(graph);
	const reachAt = (name: string): number => {
		const constant = facts.constants.get(name);
		const range = constant ? rangeOf(constant) : facts.ranges.get(name);
		return range ? reachOf(range) : 0;
	};
	const visit = (name: string): void => {
		const node = producers.get(name);
		if (!node || !isFloat(facts.types.get(name) ?? "undefined") || reads.get(name) !== 1) return;
		if (has(node, "moves", "casts")) visit(node.inputs[0]);
		if (!has(node, "joins")) return;
		const reaches = node.inputs.map(reachAt).filter((reach) => reach > 0);
		if (Math.max(...reaches) > UNLIKE * Math.min(...reaches)) joined.add(name);
		for (const piece of node.inputs) visit(piece);
	};
	for (const { name } of graph.outputs) visit(name);
	return joined;
}
