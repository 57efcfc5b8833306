import { float } from "@umpire/graph/attributes.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { constantScalar } from "@umpire/graph/facts.ts";
import { HUGE, type Range } from "@umpire/graph/ranges.ts";
import type { Node } from "@umpire/onnx/model.ts";

/**
 * The range that `node` clips its operand `input` to, if it is a Relu, a Clip, or a Min or
 * Max with a constant scalar; undefined for everything else.
 */
export function clipOf(node: Node, input: string, facts: Facts): Range | undefined {
	if (node.domain !== "") return undefined;
	const low = Number.NEGATIVE_INFINITY;
	const high = Number.POSITIVE_INFINITY;
	switch (node.opType) {
		case "Relu":
			return { low: 0, high };
		case "Clip":
			return clipRange(node, input, facts);
		case "Min":
		case "Max": {
			if (node.inputs.length !== 2) return undefined;
			const other = node.inputs[0] === input ? node.inputs[1] : node.inputs[0];
			const value = constantScalar(other, facts);
			// A constant of a higher rank would change the shape.
			if (value === undefined || facts.shapes.get(other)!.length > facts.shapes.get(input)!.length)
				return undefined;
			return node.opType === "Min" ? { low, high: value } : { low: value, high };
		}
		default:
			return undefined;
	}
}

function clipRange(node: Node, input: string, facts: Facts): Range | undefined {
	if (node.inputs[0] !== input) return undefined;
	const bound = (index: number, attribute: string, fallback: number): number | undefined => {
		const name = node.inputs[index];
		if (name) return constantScalar(name, facts);
		const value = float(node, attribute, fallback);
		return Math.abs(value) > HUGE ? fallback : value;
	};
	const low = bound(1, "min", Number.NEGATIVE_INFINITY);
	const high = bound(2, "max", Number.POSITIVE_INFINITY);
	if (low === undefined || high === undefined) return undefined;
	// ONNX: if min exceeds max, every value becomes max.
	return { low: Math.min(low, high), high };
}
