import type { Rounded, Rounding } from "../quantise/joint-rounding.ts";
import type { ChannelWeights } from "../quantise/weights.ts";
import type { Moments } from "./moments.ts";

/**
 * Rounds weights one factor after the other, the last one first: what an error changes in a channel's sums is made up for
 * by the weights of factors that vary with it. That is GPTQ (Frantar et al. 2022), and Babai's nearest plane in the
 * lattice of the covariances' root (Chen et al. 2025). Everything is computed in float64 in one order, by operations that
 * IEEE 754 defines, of integers: every machine rounds alike.
 */
export function roundingBy(moments: Moments, most: number): Rounding {
	const known = new Map<string, Rounded>();
	return (weights, steps) => {
		const key = steps.join();
		const rounded = known.get(key) ?? roundAll(weights, steps, { moments, most });
		known.set(key, rounded);
		return rounded;
	};
}

interface Lattice {
	readonly moments: Moments;
	readonly most: number;
}

function roundAll(weights: ChannelWeights, steps: Float64Array, { moments, most }: Lattice): Rounded {
	const { data, inner, channels } = weights;
	const length = data.length / channels;
	const result = {
		data: new Int8Array(data.length),
		offsets: new Float64Array(channels),
		losses: new Float64Array(channels),
	};
	/** Where channel c's weight of factor k is. */
	const place = (c: number, k: number): number =>
		(Math.floor(k / inner) * channels + c) * inner + (k % inner);
	const perGroup = channels / moments.groups.length;
	for (const [g, { means, roots }] of moments.groups.entries()) {
		let first = 0;
		for (const root of roots) {
			const size = Math.sqrt(root.length);
			const errors = new Float64Array(size * perGroup);
			const shifts = new Float64Array(perGroup);
			for (let k = size - 1; k >= 0; k--) {
				shifts.fill(0);
				for (let j = k + 1; j < size; j++) {
					const factor = root[k * size + j];
					for (let c = 0, at = j * perGroup; c < perGroup; c++, at++) shifts[c] += factor * errors[at];
				}
				const own = root[k * size + k];
				for (let c = 0; c < perGroup; c++) {
					const channel = g * perGroup + c;
					const at = place(channel, first + k);
					const step = steps[channel];
					const wanted = data[at] + shifts[c] / own;
					const integer = Math.max(-most, Math.min(most, Math.round(wanted / step))) + 0;
					const error = data[at] - integer * step;
					result.data[at] = integer;
					errors[k * perGroup + c] = error;
					result.offsets[channel] += error * means[first + k];
					result.losses[channel] += (own * (wanted - integer * step)) ** 2;
				}
			}
			first += size;
		}
	}
	if (moments.groups.some(({ means }) => means.length !== length))
		throw new Error(`moments of other sums than those of ${length} weights`);
	return result;
}
