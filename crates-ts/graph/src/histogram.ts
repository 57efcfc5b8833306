import type { Tensor } from "@umpire/onnx/model.ts";
import { HUGE } from "./ranges.ts";
import { toReal } from "./real.ts";

/** Bins that hold all magnitudes; at least half of them are in use. */
const BINS = 512;

/**
 * How the magnitudes of a tensor's elements are distributed over all calibration inputs. The bins'
 * width is the least power of two with which they hold the largest magnitude, so that the order of
 * the inputs does not matter.
 */
export class Histogram {
	/** Elements that are exactly 0: no scale rounds them. */
	zeros = 0;
	/** Of the elements in every bin: how many there are, their sum, the sum of their squares. */
	readonly counts = new Float64Array(BINS);
	readonly sums = new Float64Array(BINS);
	readonly squares = new Float64Array(BINS);
	/** Width of a bin; 0 until there is an element other than 0. */
	width = 0;

	add(tensor: Tensor): void {
		const { data } = toReal(tensor);
		const finite = (magnitude: number): boolean => magnitude > 0 && magnitude < HUGE;
		let reach = 0;
		for (const value of data) {
			const magnitude = Math.abs(value);
			if (finite(magnitude) && magnitude > reach) reach = magnitude;
		}
		this.#widen(reach);
		for (const value of data) {
			const magnitude = Math.abs(value);
			if (magnitude === 0) this.zeros += 1;
			if (!finite(magnitude)) continue;
			const bin = Math.floor(magnitude / this.width);
			this.counts[bin] += 1;
			this.sums[bin] += magnitude;
			this.squares[bin] += magnitude * magnitude;
		}
	}

	#widen(reach: number): void {
		if (reach === 0) return;
		if (this.width === 0) this.width = 2 ** (Math.floor(Math.log2(reach)) - 8);
		while (reach >= BINS * this.width) {
			for (const column of [this.counts, this.sums, this.squares]) {
				for (let bin = 0; bin < BINS; bin++) {
					const from = 2 * bin;
					column[bin] = from < BINS ? column[from] + column[from + 1] : 0;
				}
			}
			this.width *= 2;
		}
	}
}

/** The least bin edge that at least this share of the elements do not exceed. */
export function percentileReach({ counts, zeros, width }: Histogram, share: number): number {
	let below = zeros;
	const total = counts.reduce((a, b) => a + b, zeros);
	for (let bin = 0; bin < BINS; bin++) {
		below += counts[bin];
		if (below >= share * total) return (bin + 1) * width;
	}
	return BINS * width;
}

/** Nothing below this share of the largest magnitude is considered as a reach. */
const LEAST_SHARE = 1 / 8;

/**
 * The bin edge c at which ±c on integers of ±`limit` has the least expected squared error:
 * (c / limit)² / 12 for every element within, but exact zeros, and (|x| − c)² for those beyond.
 */
export function leastSquaresReach(histogram: Histogram, limit: number): number {
	const { counts, sums, squares, width } = histogram;
	const used = counts.findLastIndex((count) => count > 0) + 1;
	let within = counts.reduce((a, b) => a + b, 0);
	let [count, sum, square] = [0, 0, 0];
	let best = { reach: used * width, error: Number.POSITIVE_INFINITY };
	for (let bin = used; bin > used * LEAST_SHARE; bin--) {
		const c = bin * width;
		const beyond = square - 2 * c * sum + c * c * count;
		const error = beyond + (within * (c / limit) ** 2) / 12;
		if (error < best.error) best = { reach: c, error };
		const last = bin - 1;
		within -= counts[last];
		count += counts[last];
		sum += sums[last];
		square += squares[last];
	}
	return best.reach;
}
