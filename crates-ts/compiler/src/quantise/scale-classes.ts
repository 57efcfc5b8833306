import type { Facts } from "@umpire/graph/facts.ts";
import { type RangeTable, rangeOf, reachOf, union } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import { countReads } from "@umpire/graph/uses.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import type { FusedOp } from "../lower/fused-op.ts";

/** Operators whose output has the scale of their first input. */
const inheritsScale = (node: Node): boolean => has(node, "moves", "largest", "least", "clips");

/** Ranges are merged only while they stay within this factor: beyond it the smaller would lose precision. */
const LARGEST_FACTOR = 8;

/** A constant that is larger by more is a mask, which takes the grid of what is beside it (onnx-ops/logic/where.ts). */
const LARGEST_CONSTANT = 2 ** 12;

/** The inputs that should be written at one scale. */
function aligned(node: Node): readonly string[] {
	if (node.domain !== "") return [];
	if (node.opType === "Concat" || has(node, "compares")) return node.inputs;
	return node.opType === "Where" ? node.inputs.slice(1) : [];
}

/**
 * Ranges in which the operands of a Concat, a Where or a comparison agree, so that their producers write them at one
 * scale and nothing has to be rescaled before they are put together.
 */
export function mergeRanges(graph: Graph, fusedOps: readonly FusedOp[], facts: Facts): RangeTable {
	const ranges: RangeTable = new Map(facts.ranges);
	const parent = new Map<string, string>();
	const find = (name: string): string => {
		let root = name;
		while (parent.has(root)) root = parent.get(root)!;
		return root;
	};
	/** Joins two classes; false if their ranges are too different. */
	const join = (a: string, b: string, always: boolean): boolean => {
		const [x, y] = [find(a), find(b)];
		if (x === y) return true;
		const [p, q] = [ranges.get(x), ranges.get(y)];
		if (!p || !q) return false;
		const factor = reachOf(p) / reachOf(q);
		if (!always && !(factor <= LARGEST_FACTOR && factor >= 1 / LARGEST_FACTOR)) return false;
		parent.set(y, x);
		ranges.set(x, always ? p : union(p, q));
		return true;
	};
	for (const { nodes, table } of fusedOps) {
		const [node] = nodes;
		if (!table && inheritsScale(node)) {
			for (const output of node.outputs) if (output) join(node.inputs[0], output, true);
		}
	}
	for (const { nodes } of fusedOps) {
		const [node] = nodes;
		const [first, ...rest] = aligned(node).filter((name) => ranges.has(name));
		if (first === undefined || !isFloat(facts.types.get(first)!)) continue;
		const joined = rest.filter((name) => join(first, name, false));
		if (has(node, "compares")) continue;
		if (joined.length === rest.length) join(first, node.outputs[0], true);
	}
	const reads = countReads(graph);
	for (const { nodes } of fusedOps) {
		const [node] = nodes;
		const names = node.opType === "Where" ? aligned(node) : [];
		const value = names.find((name) => ranges.has(name));
		const constant = names.map((name) => facts.constants.get(name)).find((tensor) => tensor);
		if (value === undefined || constant === undefined || !isFloat(constant.type)) continue;
		// What a Where alone reads is brought to the coarser grid of the constant beside it: its producer does that too.
		if (reads.get(value) !== 1 || find(value) !== value) continue;
		const range = ranges.get(value)!;
		const all = union(range, rangeOf(constant));
		if (reachOf(all) <= LARGEST_CONSTANT * reachOf(range)) ranges.set(value, all);
	}
	for (const name of facts.ranges.keys()) if (parent.has(name)) ranges.set(name, ranges.get(find(name))!);
	return ranges;
}
