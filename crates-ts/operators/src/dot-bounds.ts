import type { Bounds } from "./bounds.ts";
import type { Range } from "./range.ts";

/**
 * What the weights of one output do to a sum: Σ of the positive and of the negative weights (as
 * magnitudes). With x in [low, high] every partial sum, in any order, lies within
 * `partialSums(weights, x)`.
 */
export interface Weights {
	readonly positive: number;
	readonly negative: number;
}

/** Bounds of all partial sums of Σ w·x, x within `x`. They include 0. */
export function partialSums(weights: Weights, x: Range): Bounds {
	const above = BigInt(Math.max(x.high, 0));
	const below = BigInt(Math.max(-x.low, 0));
	const positive = BigInt(weights.positive);
	const negative = BigInt(weights.negative);
	return {
		low: -(positive * below + negative * above),
		high: positive * above + negative * below,
	};
}

/** Bounds of all partial sums of `count` products of a value in `x` and one in `y`. */
export function productSums(count: number, x: Range, y: Range): Bounds {
	const corners = [x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high];
	return {
		low: BigInt(count) * BigInt(Math.min(0, ...corners)),
		high: BigInt(count) * BigInt(Math.max(0, ...corners)),
	};
}

/**
 * Sums the positive and the negative entries of an [outer, reduced, inner] array over its middle
 * axis; group (o, k) is entry o·inner + k of the result.
 */
export function sumWeights(
	data: ArrayLike<number>,
	outer: number,
	reduced: number,
	inner: number,
): Weights[] {
	const positive = new Float64Array(outer * inner);
	const negative = new Float64Array(outer * inner);
	let i = 0;
	for (let o = 0; o < outer; o++) {
		for (let r = 0; r < reduced; r++) {
			for (let group = o * inner; group < (o + 1) * inner; group++) {
				const value = data[i++];
				if (value > 0) positive[group] += value;
				else negative[group] -= value;
			}
		}
	}
	return Array.from(positive, (sum, index) => ({ positive: sum, negative: negative[index] }));
}
