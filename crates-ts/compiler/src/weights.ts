import type { Row } from "@umpire/operators/program.ts";
import { biasOf, ratioAtLeast } from "./rows.ts";

/** What the integers of a weight tensor may be. */
export interface WeightLimits {
	/** Largest magnitude of one weight. */
	readonly limit: number;
	/** Largest Σ|w| per output channel. */
	readonly sum: number;
}

/**
 * A convolution of 16-bit values runs fastest as float32 convolutions over 8-bit limbs, exact
 * while Σ|w|·128 < 2^24 in every output channel.
 */
export const CONVOLUTION_SUM = 2 ** 17 - 1;

/** Weights are never made coarser than this many levels to meet a bound on their sum. */
const LEAST_LEVELS = 127;

/** Real weights with the output channel of each. */
export interface ChannelWeights {
	readonly data: Float64Array;
	readonly channel: Int32Array;
	readonly channels: number;
}

/** The finest scale per channel that the limits allow; 0 for a channel of zeros. */
export function channelScales(weights: ChannelWeights, limits: WeightLimits): Float64Array {
	const { data, channel, channels } = weights;
	const largest = new Float64Array(channels);
	const sums = new Float64Array(channels);
	const counts = new Float64Array(channels);
	for (let i = 0; i < data.length; i++) {
		const magnitude = Math.abs(data[i]);
		const c = channel[i];
		if (magnitude > largest[c]) largest[c] = magnitude;
		sums[c] += magnitude;
		counts[c] += 1;
	}
	return largest.map((value, c) => {
		// Rounding adds at most one half per weight.
		const room = limits.sum - counts[c] / 2;
		const bySum = room > 0 ? sums[c] / room : Number.POSITIVE_INFINITY;
		return Math.max(value / limits.limit, Math.min(bySum, value / Math.min(LEAST_LEVELS, limits.limit)));
	});
}

export interface QuantisedWeights {
	readonly data: Int16Array | Int8Array;
	/** One row per channel. */
	readonly rows: Row[];
}

/**
 * Integers and rescale rows. The weights' scale is moved up to where multiplier / 2^shift
 * is exactly inputScale·weightScale / outputScale, so that the multiplier adds no error.
 */
export function quantiseWeights(
	weights: ChannelWeights,
	scales: Float64Array,
	bias: Float64Array | undefined,
	options: { inputScale: number; outputScale: number; limit: number; width: 8 | 16 },
): QuantisedWeights {
	const { inputScale, outputScale, limit, width } = options;
	const rows: Row[] = [];
	const inverse = new Float64Array(weights.channels);
	for (let c = 0; c < weights.channels; c++) {
		const { multiplier, shift } = ratioAtLeast((inputScale * scales[c]) / outputScale, limit);
		const ratio = multiplier / 2 ** shift;
		inverse[c] = inputScale / outputScale / ratio;
		rows.push({ bias: biasOf((bias?.[c] ?? 0) / outputScale / ratio), multiplier, shift });
	}
	const data = width === 8 ? new Int8Array(weights.data.length) : new Int16Array(weights.data.length);
	for (let i = 0; i < data.length; i++) data[i] = Math.round(weights.data[i] * inverse[weights.channel[i]]);
	return { data, rows };
}
