import type { Facts } from "@umpire/graph/facts.ts";
import { type RangeTable, reachOf, union } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { FusedOp } from "../lower/fused-op.ts";

/** Operators whose output has the scale of their first input. */
const inheritsScale = (node: Node): boolean => has(node, "moves", "largest", "least", "clips");

/** Ranges are merged only while they stay within this factor: beyond it the smaller would lose precision. */
const LARGEST_FACTOR = 8;

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
export function mergeRanges(fusedOps: readonly FusedOp[], facts: Facts): RangeTable {
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
	for (const name of facts.ranges.keys()) if (parent.has(name)) ranges.set(name, ranges.get(find(name))!);
	return ranges;
}
