import type { Facts } from "@umpire/graph/facts.ts";
import { type Range, type RangeTable, reachOf } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Graph } from "@umpire/onnx/model.ts";
import type { FusedOp } from "../lower/fused-op.ts";

/** Grids of one class differ by at most so many octaves: sums of 16 bits stay below 2^24 in units of the finest. */
const MOST_OCTAVES = 6;

const keepsGrid = ({ nodes: [node], table }: FusedOp): boolean =>
	!table && has(node, "moves", "largest", "least", "clips");

/**
 * Ranges with those of sums and of what they add made powers of two of one another, so that steps of their grids are too:
 * coefficients are powers of two then, which float32 holds with 16 bits of each operand. A value grows by less than an octave, or to
 * a 64th of the largest of its class. Inputs and outputs of the model keep theirs.
 */
export function alignSums(graph: Graph, fusedOps: readonly FusedOp[], facts: Facts): RangeTable {
	const producers = new Map(fusedOps.map((fused) => [fused.output, fused]));
	const rootOf = (name: string): string => {
		let root = name;
		for (let from = producers.get(root); from && keepsGrid(from); from = producers.get(root))
			root = from.nodes[0].inputs[0];
		return root;
	};
	const parent = new Map<string, string>();
	const find = (name: string): string => {
		let root = name;
		while (parent.has(root)) root = parent.get(root)!;
		return root;
	};
	const isValue = (name: string): boolean => {
		const range = facts.ranges.get(name);
		return range !== undefined && reachOf(range) > 0 && isFloat(facts.types.get(name) ?? "undefined");
	};
	for (const { nodes, output, table } of fusedOps) {
		const [node] = nodes;
		if (table || node.domain !== "" || (node.opType !== "Add" && node.opType !== "Sub")) continue;
		const names = [...node.inputs, output];
		if (!names.every(isValue)) continue;
		const [first, ...rest] = names.map((name) => find(rootOf(name)));
		for (const other of rest) if (find(other) !== find(first)) parent.set(find(other), find(first));
	}
	const reaches = new Map<string, number>();
	const members = new Set([...parent.keys(), ...parent.values()]);
	for (const name of members) {
		const root = find(name);
		reaches.set(root, Math.max(reaches.get(root) ?? 0, reachOf(facts.ranges.get(name)!)));
	}
	const ends = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => rootOf(name)));
	const ranges: RangeTable = new Map(facts.ranges);
	for (const [name, range] of facts.ranges) {
		const root = rootOf(name);
		if (!members.has(root) || ends.has(root) || !isValue(name)) continue;
		ranges.set(name, snapped(facts.ranges.get(root)!, range, reaches.get(find(root))!));
	}
	return ranges;
}

/** A range whose reach is the largest one of its class over the largest power of two that leaves its root's within. */
function snapped(root: Range, own: Range, most: number): Range {
	let reach = most;
	for (let k = 0; k < MOST_OCTAVES && reach / 2 >= reachOf(root); k++) reach /= 2;
	return Math.abs(own.low) > Math.abs(own.high)
		? { low: -reach, high: Math.min(own.high, reach) }
		: { low: Math.max(own.low, -reach), high: reach };
}
