import { float } from "@umpire/graph/attributes.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { HUGE } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import { writesOf } from "@umpire/graph/uses.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { divisorOf, makesWhole } from "./whole-results.ts";

/** Functions that jump where their operand is a number that an attribute says, with its default. */
const STEPS: Readonly<Record<string, readonly [string, number]>> = {
	Shrink: ["lambd", 0.5],
	ThresholdedRelu: ["alpha", 1],
};

/** Constants on the way must be multiples of this for a half to stay one. */
const FINEST = 2 ** -10;

/**
 * Values that may lie exactly between two results: halves and whole numbers that are rounded, multiples of a divisor and binary fractions
 * that are compared with, at once or after operators that keep them what they are. On a grid whose
 * step is a power of two they lie exactly, and Round or Equal says of them what the float model says.
 */
export function valuesOnDyadicGrids(nodes: readonly Node[], facts: Facts): Set<string> {
	const tied = new Set<string>();
	for (const node of nodes.toReversed()) {
		if (node.domain !== "") continue;
		const ties = decides(node, facts) || (passes(node, facts) && writesOf(node).some((y) => tied.has(y)));
		if (!ties) continue;
		for (const name of node.inputs) {
			if (facts.ranges.has(name) && isFloat(facts.types.get(name)!)) tied.add(name);
		}
	}
	return tied;
}

/** Zero lies on every grid: comparisons with it need none of their own. */
function decides(node: Node, facts: Facts): boolean {
	if (makesWhole(node, facts)) return node.opType !== "Sign" && facts.types.get(node.outputs[0]) !== "bool";
	const divisor = divisorOf(node, facts);
	if (divisor !== undefined) return isBinary(divisor);
	const step = STEPS[node.opType];
	if (step) return isBinary(float(node, ...step));
	if (!has(node, "compares")) return false;
	const constants = constantsOf(node, facts);
	return (
		constants.some((data) => data.some((value) => value !== 0 && isCounted(value))) && areBinary(constants)
	);
}

function passes(node: Node, facts: Facts): boolean {
	if (has(node, "keepsDyadic", "dyadicAtSquares")) return true;
	if (!has(node, "keepsDyadicConstants")) return false;
	const constants = constantsOf(node, facts);
	return (node.opType !== "Mul" || constants.some((data) => data.some(isCounted))) && areBinary(constants);
}

function constantsOf({ inputs }: Node, facts: Facts): Float64Array[] {
	return inputs.flatMap((name) => {
		const constant = facts.constants.get(name);
		return constant ? [toReal(constant).data] : [];
	});
}

/** Infinities, NaN and masks are on no grid. */
const isCounted = (value: number): boolean => Math.abs(value) < HUGE;

const areBinary = (constants: readonly Float64Array[]): boolean =>
	constants.every((data) => data.every((value) => !isCounted(value) || isBinary(value)));

const isBinary = (value: number): boolean => Number.isInteger(value / FINEST);
