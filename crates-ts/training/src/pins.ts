import { has } from "@umpire/graph/traits.ts";
import type { Tape } from "./tape.ts";

/** Operators that keep their operands' numbers, so that they are as fine as these. */
const KEEPING = new Set(["Add", "Sub", "Neg"]);

/**
 * The values that need as many bits as one is to have: it, and what it is moved from, added up from or scaled from.
 */
export function pinnedBefore(tape: Tape, name: string): string[] {
	const node = tape.nodes.find(({ outputs }) => outputs.includes(name));
	if (!node) return [name];
	const [first, second] = node.inputs;
	if (has(node, "moves")) return [name, ...pinnedBefore(tape, first)];
	if (KEEPING.has(node.opType)) return [name, ...node.inputs.flatMap((one) => pinnedBefore(tape, one))];
	if (node.opType === "Mul" && tape.constant(second)) return [name, ...pinnedBefore(tape, first)];
	return [name];
}
