import { masksOf } from "@umpire/compiler/fidelity/measure.ts";
import { NEGLIGIBLE } from "@umpire/compiler/quantise/scales.ts";

/** How far outputs are from what they should be. */
export interface Comparison {
	readonly maxAbs: number;
	readonly meanAbs: number;
	/**
	 * The largest error relative to the range (largest less smallest value) of the reference, or
	 * to its magnitude where it varies by less than a 2^16th of that, as saturated activations do.
	 */
	readonly maxRelRange: number;
	/** Whether the largest value along the last axis is in the same place everywhere. */
	readonly argmaxAgrees: boolean;
}

/**
 * Compares an output with a reference. Places at which the reference is not finite, or
 * a number that stands for infinity, are left out.
 *
 * @param step what one integer of the output stands for: reference values that are closer than
 *   this are a tie for argmax
 */
export function compareOutputs(
	reference: ArrayLike<number>,
	values: ArrayLike<number>,
	dims: readonly number[],
	step: number,
): Comparison {
	let maxAbs = 0;
	let sum = 0;
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	let finite = 0;
	const isMask = masksOf(reference);
	for (let i = 0; i < reference.length; i++) {
		if (!Number.isFinite(reference[i]) || isMask(reference[i])) continue;
		const difference = Math.abs(reference[i] - values[i]);
		maxAbs = Math.max(maxAbs, difference);
		low = Math.min(low, reference[i]);
		high = Math.max(high, reference[i]);
		sum += difference;
		finite++;
	}
	const magnitude = finite === 0 ? 0 : Math.max(Math.abs(low), Math.abs(high));
	const spread = high - low > magnitude * 2 ** -16 ? high - low : magnitude;
	// Uninitialised test data is full of numbers near 1e-310, which no grid tells from 0.
	const maxRelRange = maxAbs < NEGLIGIBLE ? 0 : spread > 0 ? maxAbs / spread : 1;
	const row = dims.at(-1) ?? 1;
	let argmaxAgrees = true;
	for (let start = 0; start < reference.length; start += row) {
		const best = argmax(reference, start, row);
		const chosen = argmax(values, start, row);
		if (values[best] !== values[chosen] && reference[best] - reference[chosen] > step) argmaxAgrees = false;
	}
	return { maxAbs, meanAbs: finite === 0 ? 0 : sum / finite, maxRelRange, argmaxAgrees };
}

/** All outputs of a model as one: the worst of each. */
export function joinComparisons(parts: readonly Comparison[]): Comparison {
	return {
		maxAbs: Math.max(0, ...parts.map(({ maxAbs }) => maxAbs)),
		meanAbs: parts.length === 0 ? 0 : parts.reduce((sum, { meanAbs }) => sum + meanAbs, 0) / parts.length,
		maxRelRange: Math.max(0, ...parts.map(({ maxRelRange }) => maxRelRange)),
		argmaxAgrees: parts.every(({ argmaxAgrees }) => argmaxAgrees),
	};
}

function argmax(values: ArrayLike<number>, start: number, count: number): number {
	let best = start;
	for (let i = start + 1; i < start + count; i++) if (values[i] > values[best]) best = i;
	return best;
}
