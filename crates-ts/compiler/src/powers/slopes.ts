import { constantScalar, type Facts } from "@umpire/graph/facts.ts";
import type { Node } from "@umpire/onnx/model.ts";

/** The slope of a function of one positive operand, by the least and the largest number that it is taken of. */
type Slope = (low: number, high: number) => number;

function slopeOf({ opType, inputs }: Node, facts: Facts): Slope | undefined {
	if (opType === "Log") return (low) => 1 / low;
	if (opType === "Sqrt") return (low) => 0.5 / Math.sqrt(low);
	if (opType === "Reciprocal") return (low) => 1 / low ** 2;
	const power = opType === "Pow" ? constantScalar(inputs[1], facts) : undefined;
	if (power === undefined) return undefined;
	return (low, high) => Math.abs(power) * Math.max(low ** (power - 1), high ** (power - 1));
}

/**
 * How much the result of a function of one operand changes at most with each element, between the least and
 * the largest number that calibration saw in its column of a table: x^−160 of numbers near 1 tells them 160 times finer.
 * Undefined where the function is no such, or some number is not positive.
 */
export function steepest(node: Node, facts: Facts): Float64Array | undefined {
	const [x] = node.inputs;
	const slope = slopeOf(node, facts);
	const extents = facts.extents?.get(x);
	if (!slope || !extents || !extents.low.every((low) => low > 0)) return undefined;
	const shape = facts.shapes.get(x)!;
	// Rows of a table are samples of the same features. What has more axes may be anything anywhere.
	const row = shape.length === 2 ? shape[1] : 1;
	const low = new Float64Array(row).fill(Number.POSITIVE_INFINITY);
	const high = new Float64Array(row);
	for (let i = 0; i < extents.low.length; i++) {
		low[i % row] = Math.min(low[i % row], extents.low[i]);
		high[i % row] = Math.max(high[i % row], extents.high[i]);
	}
	return extents.low.map((_, i) => slope(low[i % row], high[i % row]));
}
