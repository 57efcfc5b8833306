import type { Facts } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Graph } from "@umpire/onnx/model.ts";
import type { FusedOp } from "../lower/fused-op.ts";
import { type Precision, type Quantisation, quantisationOf, wideQuantisationOf } from "./scales.ts";

/** A grid step above this share of an output's spread is too coarse. */
const COARSE = 1 / 200;

/**
 * Inputs that only move to outputs whose values lie so close together that 16 bits over the
 * input's range cannot tell them apart (the maxima of many numbers, say), or that are compared,
 * get 32 bits: no arithmetic follows that would need them narrower.
 */
export function wideInputs(
	graph: Graph,
	fusedOps: readonly FusedOp[],
	facts: Facts,
	precision: Precision,
): Map<string, Quantisation> {
	const wide = new Map<string, Quantisation>();
	if (precision.bits !== 16) return wide;
	const outputs = new Set(graph.outputs.map((output) => output.name));
	for (const { name, type } of graph.inputs) {
		if (!isFloat(type)) continue;
		const reached = movesTo(name, fusedOps, outputs);
		const { scale } = quantisationOf(facts.ranges.get(name)!, precision);
		const coarse = (output: string): boolean => {
			const { low, high } = facts.ranges.get(output)!;
			return high > low && scale / 2 > COARSE * (high - low);
		};
		if (!reached?.compared && !reached?.outputs.some(coarse)) continue;
		wide.set(name, wideQuantisationOf(facts.ranges.get(name)!, precision));
	}
	return wide;
}

interface Reached {
	/** The outputs that a value moves to. */
	readonly outputs: readonly string[];
	readonly compared: boolean;
}

/** Where a value goes that is only moved and compared; undefined if something else is done with it. */
function movesTo(
	name: string,
	fusedOps: readonly FusedOp[],
	outputs: ReadonlySet<string>,
): Reached | undefined {
	const reached = outputs.has(name) ? [name] : [];
	let compared = false;
	for (const { nodes } of fusedOps) {
		const [node] = nodes;
		if (!node.inputs.includes(name)) continue;
		if (nodes.length > 1 || node.domain !== "") return undefined;
		if (has(node, "compares", "ranks")) {
			compared = true;
			continue;
		}
		if (!has(node, "moves", "largest", "least")) return undefined;
		for (const output of node.outputs) {
			if (output === "") continue;
			const further = movesTo(output, fusedOps, outputs);
			if (!further) return undefined;
			reached.push(...further.outputs);
			compared ||= further.compared;
		}
	}
	return { outputs: reached, compared };
}
