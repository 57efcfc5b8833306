import { constantScalar, type Facts } from "@umpire/graph/facts.ts";
import type { Node } from "@umpire/onnx/model.ts";

/**
 * How much a power of positive numbers changes at most with each of them, between the least and the largest that
 * calibration saw in its column of a table: x^−160 of numbers near 1 tells them 160 times finer.
 * Undefined where the exponent is no constant, or some number is not positive.
 */
export function steepestPower({ inputs }: Node, facts: Facts): Float64Array | undefined {
	const [x, y] = inputs;
	const power = constantScalar(y, facts);
	const extents = facts.extents?.get(x);
	if (power === undefined || !extents?.low.every((low) => low > 0)) return undefined;
	const shape = facts.shapes.get(x)!;
	// Rows of a table are samples of the same features. What has more axes may be anything anywhere.
	const row = shape.length === 2 ? shape[1] : 1;
	const low = new Float64Array(row).fill(Number.POSITIVE_INFINITY);
	const high = new Float64Array(row);
	for (let i = 0; i < extents.low.length; i++) {
		low[i % row] = Math.min(low[i % row], extents.low[i]);
		high[i % row] = Math.max(high[i % row], extents.high[i]);
	}
	return extents.low.map((_, i) => {
		const ends = [low[i % row], high[i % row]];
		// Nothing but 1 was seen of the branch of a transform that is thrown away (passes/undefined.ts).
		if (ends.every((end) => end === 1)) return 0;
		return Math.abs(power) * Math.max(...ends.map((end) => end ** (power - 1)));
	});
}
