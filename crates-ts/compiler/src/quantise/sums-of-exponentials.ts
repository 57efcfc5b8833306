import { constantScalar, type Facts } from "@umpire/graph/facts.ts";
import { type Range, type RangeTable, union } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/**
 * Sums of more exponentials keep what calibration shows beyond this: of the thousands that compete in a vocabulary
 * most are next to nothing, and a grid for all of them would be coarser than the sums that occur.
 */
const MOST_ALIKE = 16;

/**
 * The ranges with those that a softmax is computed by as they can be. exp(x − max) sums up to 1 where one class is
 * certain and to n where n are alike; samples of which all are certain show 1.001, and a row between two classes,
 * clipped there, would be as certain as they are.
 */
export function withSumsOfExponentials(graph: Graph, facts: Facts, isTable: boolean): RangeTable {
	const ranges: RangeTable = new Map(facts.ranges);
	const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
	/** Sums, and what is a view of one, by the number of exponentials. */
	const counts = new Map<string, number>();
	const widen = (name: string, range: Range): void => {
		const known = ranges.get(name);
		if (known) ranges.set(name, union(known, range));
	};
	for (const node of graph.nodes) {
		const [x] = node.inputs;
		const [output] = node.outputs;
		if (node.domain !== "" || !isFloat(facts.types.get(output) ?? "undefined")) continue;
		const known = counts.get(x);
		if (isTable && node.opType === "Exp") {
			// Rows of a table may lie further from each other than those of calibration, however alike these are.
			const clip = producers.get(x);
			const least = clip?.inputs[1] ? constantScalar(clip.inputs[1], facts) : undefined;
			const end = facts.ranges.get(x);
			if (clip?.opType === "Clip" && least !== undefined && least < 0 && end && end.high <= 0) {
				widen(x, { low: least, high: 0 });
				widen(output, { low: 0, high: 1 });
			}
		}
		if (node.opType === "ReduceSum" && isBelowMaximum(x, producers, facts)) {
			const count = sizeOf(facts.shapes.get(x) ?? []) / Math.max(1, sizeOf(facts.shapes.get(output) ?? []));
			counts.set(output, Math.min(count, MOST_ALIKE));
			widen(output, { low: 1, high: Math.min(count, MOST_ALIKE) });
		} else if (node.opType === "Reshape" && known !== undefined) {
			counts.set(output, known);
			widen(output, { low: 1, high: known });
		} else if (node.opType === "Log" && known !== undefined) widen(output, { low: 0, high: Math.log(known) });
	}
	return ranges;
}

/** Whether a value is made of exponentials of numbers of which none is positive, as a Clip at 0 says. */
function isBelowMaximum(name: string, producers: ReadonlyMap<string, Node>, facts: Facts): boolean {
	const power = producers.get(name);
	if (power?.domain !== "" || power.opType !== "Exp") return false;
	for (let node = producers.get(power.inputs[0]); node?.domain === "" && node.opType === "Clip"; ) {
		const most = node.inputs[2] ? constantScalar(node.inputs[2], facts) : undefined;
		if (most !== undefined && most <= 0) return true;
		node = producers.get(node.inputs[0]);
	}
	return false;
}
