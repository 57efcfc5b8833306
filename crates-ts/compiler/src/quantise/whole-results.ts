import { constantScalar, type Facts } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Node } from "@umpire/onnx/model.ts";

/** Whether the node makes whole numbers of floats: it jumps at each, or halfway between two. */
export function makesWhole(node: Node, { types }: Facts): boolean {
	if (has(node, "rounds")) return true;
	const [from, to] = [node.inputs[0], node.outputs[0]].map((name) => types.get(name) ?? "undefined");
	return has(node, "casts") && isFloat(from) && !isFloat(to);
}

/** The divisor of a remainder of floats; undefined if the node is none. */
export function divisorOf(node: Node, facts: Facts): number | undefined {
	if (node.domain !== "" || node.opType !== "Mod") return undefined;
	return isFloat(facts.types.get(node.outputs[0]) ?? "undefined")
		? constantScalar(node.inputs[1], facts)
		: undefined;
}
