import type { Facts } from "@umpire/graph/facts.ts";
import { type Histogram, leastSquaresReach, percentileReach } from "@umpire/graph/histogram.ts";
import type { RangeTable } from "@umpire/graph/ranges.ts";
import { reachOf } from "@umpire/graph/ranges.ts";
import type { Precision } from "./scales.ts";

/**
 * How a tensor's range follows from the numbers that calibration saw of it:
 *
 * - `min-max`: all of them.
 * - `percentile`: all but the largest 0.01 % of magnitudes (Wu et al. 2020, Integer Quantization
 *   for Deep Learning Inference, section 5).
 * - `mse`: what makes the mean squared error of rounding and clipping least (Nagel et al. 2021,
 *   A White Paper on Neural Network Quantization, section 3.1).
 *
 * Inputs and outputs of the model are never clipped.
 */
export type RangeMethod = "min-max" | "percentile" | "mse";

export const RANGE_METHODS: readonly RangeMethod[] = ["min-max", "percentile", "mse"];

/** 8 bits cannot spare any for outliers, which are clipped where that lessens the error; 16 bits hold them too. */
export function defaultMethod(bits: 8 | 16): RangeMethod {
	return bits === 8 ? "mse" : "min-max";
}

const PERCENTILE = 0.9999;

/** Ranges for tensors of the precision's bits; values in `whole` keep all that calibration saw. */
export function calibratedRanges(
	facts: Facts,
	method: RangeMethod,
	precision: Precision,
	whole: ReadonlySet<string>,
): RangeTable {
	const ranges: RangeTable = new Map(facts.ranges);
	if (method === "min-max") return ranges;
	for (const [name, histogram] of facts.histograms ?? []) {
		const range = ranges.get(name)!;
		if (whole.has(name) || histogram.width === 0) continue;
		const reach = Math.min(reachFor(histogram, method, precision), reachOf(range));
		ranges.set(name, { low: Math.max(range.low, -reach), high: Math.min(range.high, reach) });
	}
	return ranges;
}

function reachFor(histogram: Histogram, method: RangeMethod, { limit }: Precision): number {
	return method === "mse" ? leastSquaresReach(histogram, limit) : percentileReach(histogram, PERCENTILE);
}
