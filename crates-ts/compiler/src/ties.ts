import type { Node } from "@umpire/onnx/model.ts";
import type { Facts } from "./facts.ts";
import { writesOf } from "./graphs.ts";
import { isFloat, toReal } from "./real.ts";

/** Operators that take multiples of a power of two to such multiples. */
const MOVING = new Set(
	"Abs Clip Concat DepthToSpace Expand Flatten Gather GatherElements GatherND Identity Max Min Neg Reshape Slice SpaceToDepth Split Squeeze Tile Transpose Unsqueeze Where".split(
		" ",
	),
);

const LINEAR = new Set(["Add", "Mul", "Sub"]);

/** Constants on the way to a Round must be multiples of this for a half to stay one. */
const FINEST = 2 ** -10;

/**
 * Values of which halves are rounded, by Round itself or after sums and products with constants
 * that keep halves what they are: on a grid whose step is a power of two a half lies exactly, and
 * Round says of it what the float model says.
 */
export function roundedValues(nodes: readonly Node[], facts: Facts): Set<string> {
	const rounded = new Set<string>();
	for (const node of nodes.toReversed()) {
		if (node.domain !== "") continue;
		const rounds =
			node.opType === "Round" || (passes(node, facts) && writesOf(node).some((y) => rounded.has(y)));
		if (!rounds) continue;
		for (const name of node.inputs) {
			if (facts.ranges.has(name) && isFloat(facts.types.get(name)!)) rounded.add(name);
		}
	}
	return rounded;
}

function passes({ opType, inputs }: Node, facts: Facts): boolean {
	if (MOVING.has(opType)) return true;
	if (!LINEAR.has(opType)) return false;
	const constants = inputs.flatMap((name) => facts.constants.get(name) ?? []);
	if (opType === "Mul" && constants.length === 0) return false;
	return constants.every((one) => toReal(one).data.every((value) => Number.isInteger(value / FINEST)));
}
