import type { Row } from "@umpire/operators/program.ts";
import { biasOf, nearestRatio, powerAtLeast, smallestRatio } from "./rescale-ratio.ts";
import { SMALL_WEIGHTS } from "./scales.ts";

/** What the integers of a weight tensor may be. */
export interface WeightLimits {
	/** Largest magnitude of one weight. */
	readonly limit: number;
	/** Largest Σ|w| per slice of an output channel's weights. */
	readonly sum: number;
	/** Equal slices of an output channel's weights, one after the other; 1 by default. */
	readonly slices?: number;
	/** The largest magnitude of what they multiply, where their sum has to leave room for the bias beside its products. */
	readonly reach?: number;
}

/** Largest magnitude of a weight before its scale moves up to twice as much; a constant has 16 bits. */
export const WEIGHT_LIMIT = 32767;

/**
 * A convolution of 16-bit values is fastest as two float32 convolutions over x's high and low
 * byte (±128 each), exact while these sums times the byte stay below 2^24, with a sixteenth left
 * for the bias. So is any product of 8-bit values as one in float32.
 */
const CONVOLUTION_SUM = 2 ** 17 - 2 ** 13;

/** Sums of a product's weights with 8-bit values; those up to 255 leave half the room. */
export const narrowSums = (reach: number): Pick<WeightLimits, "sum"> => ({
	sum: reach > 128 ? CONVOLUTION_SUM / 2 : CONVOLUTION_SUM,
});

/**
 * A sum of up to `most` products stays whole; the bound on it leaves its weights some ten bits
 * beside the sign. A longer one is cut into slices of about `wanted` products, at least `least`:
 * what costs time is to slice at all, so that smaller slices than necessary, which give the
 * weights one bit more, come almost for free.
 */
const SLICE = { most: 600, wanted: 300, least: 64 };

/**
 * The sums of a convolution's weights [M, C / group, …kernel]. A kernel of one position is a matrix
 * (operators/conv/pointwise.ts). Sums over many input channels are computed in slices of the channels
 * (operators/conv/slices.ts), so that their weights need not be coarser.
 */
export function convolutionSums(
	shape: readonly number[],
	group: number,
): Pick<WeightLimits, "sum" | "slices"> {
	const [, channels, ...kernel] = shape;
	const positions = kernel.reduce((a, b) => a * b, 1);
	const count = positions * channels;
	if (group === 1 && positions === 1) return MATRIX_SUMS;
	if (group !== 1 || count <= SLICE.most) return { sum: CONVOLUTION_SUM };
	let slices = 1;
	for (let next = 2; count / next >= SLICE.least && count / slices > SLICE.wanted; next++)
		if (channels % next === 0) slices = next;
	return { sum: CONVOLUTION_SUM, slices };
}

/** Largest magnitude of a weight whose results have 32 bits: a row of it may hold numbers of unlike size. */
export const WIDE_WEIGHT_LIMIT = 2 ** 30 - 1;

/** No bound on sums of products: matrices of 16 bits are multiplied in float64. */
export const MATRIX_SUMS = { sum: Number.POSITIVE_INFINITY };

/** Below these many multiplications, calling an integer kernel takes longer than a float32 kernel does all in all. */
const SMALL = { convolution: 2 ** 18, matrix: 2 ** 16 };

/** Whether a product gains nothing by weights of 7 bits. */
export const isSmallProduct = (multiplications: number, isConvolution: boolean): boolean =>
	multiplications < (isConvolution ? SMALL.convolution : SMALL.matrix);

/** Weights are never made coarser than this many levels to meet a bound on their sum. */
const LEAST_LEVELS = 255;

/** Real weights; weight i belongs to output channel ⌊i / inner⌋ mod channels. */
export interface ChannelWeights {
	readonly data: Float64Array;
	readonly inner: number;
	readonly channels: number;
}

export function channelAt({ inner, channels }: Omit<ChannelWeights, "data">, index: number): number {
	return Math.floor(index / inner) % channels;
}

export interface ChannelScales {
	/** Per channel; 0 for a channel of zeros. */
	readonly scales: Float64Array;
	/** Channels whose weights have one magnitude (or are 0): the scale divides them without a rest. */
	readonly exact: readonly boolean[];
}

/** The finest scale per channel that the limits allow. */
export function channelScales(
	weights: ChannelWeights,
	limits: WeightLimits,
	bias?: { readonly data: Float64Array; readonly inputScale: number },
): ChannelScales {
	const { data, channels } = weights;
	const largest = new Float64Array(channels);
	const least = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);
	const slices = limits.slices ?? 1;
	const perSlice = weights.inner / slices;
	const sliceSums = new Float64Array(channels * slices);
	const counts = new Float64Array(channels);
	for (let i = 0; i < data.length; i++) {
		const magnitude = Math.abs(data[i]);
		const c = channelAt(weights, i);
		if (magnitude > largest[c]) largest[c] = magnitude;
		if (magnitude > 0 && magnitude < least[c]) least[c] = magnitude;
		sliceSums[c * slices + Math.floor((i % weights.inner) / perSlice)] += magnitude;
		counts[c] += 1 / slices;
	}
	const beside = (c: number): number =>
		bias && limits.reach ? Math.abs(bias.data[c]) / (bias.inputScale * limits.reach) : 0;
	const sums = largest.map(
		(_, c) => sliceSums.subarray(c * slices, (c + 1) * slices).reduce(larger) + beside(c),
	);
	const exact = Array.from(largest, (value, c) => value === least[c]);
	const scales = largest.map((value, c) => {
		if (exact[c]) {
			const bySum = limits.sum / sums[c];
			return value / Math.max(1, Math.min(limits.limit, Math.floor(bySum * value)));
		}
		// Rounding adds at most one half per weight.
		const room = limits.sum - counts[c] / 2;
		const bySum = room > 0 ? sums[c] / room : Number.POSITIVE_INFINITY;
		return Math.max(value / limits.limit, Math.min(bySum, value / Math.min(LEAST_LEVELS, limits.limit)));
	});
	return { scales, exact };
}

export interface QuantisedWeights {
	/** As narrow as the limit on one weight admits. */
	readonly data: Int8Array | Int16Array | Int32Array;
	/** One row per channel. */
	readonly rows: Row[];
}

/**
 * Integers and rescale rows. The weights' scale is moved up to where
 * inputScale·weightScale / outputScale is exactly a power of two; weights that their scale
 * divides without a rest keep it.
 */
export function quantiseWeights(
	weights: ChannelWeights,
	{ scales, exact }: ChannelScales,
	bias: Float64Array | undefined,
	options: {
		inputScale: number;
		outputScale: number;
		limit: number;
		/** Largest magnitude of one weight. */
		most?: number;
		narrow?: boolean;
		clips?: boolean;
	},
): QuantisedWeights {
	const { inputScale, outputScale, limit, most = WEIGHT_LIMIT, narrow = false, clips = false } = options;
	const rows: Row[] = [];
	const inverse = new Float64Array(weights.channels);
	for (let c = 0; c < weights.channels; c++) {
		const wanted = (inputScale * scales[c]) / outputScale;
		const kept = exact[c] && wanted >= smallestRatio(limit);
		const unit = inputScale / outputScale;
		const whole = kept ? nearestRatio(wanted, limit) : powerAtLeast(wanted, limit);
		const { multiplier, shift } =
			narrow && clips && !kept ? leastSquares(channelOf(weights, c), unit, whole, limit) : whole;
		const ratio = multiplier / 2 ** shift;
		inverse[c] = kept ? 1 / scales[c] : inputScale / outputScale / ratio;
		rows.push({ bias: biasOf((bias?.[c] ?? 0) / outputScale / ratio), multiplier, shift });
	}
	const data = new (narrow ? Int8Array : most > WEIGHT_LIMIT ? Int32Array : Int16Array)(weights.data.length);
	for (let i = 0; i < data.length; i++) {
		const integer = Math.round(weights.data[i] * inverse[channelAt(weights, i)]);
		data[i] = narrow && clips ? clippedWeight(integer) : integer;
	}
	return { data, rows };
}

/** What a weight of 7 bits may be: a sign does not matter to its channel's sum. */
const clippedWeight = (integer: number): number =>
	Math.max(-SMALL_WEIGHTS, Math.min(SMALL_WEIGHTS, integer)) + 0;

/** Sums of clipped weights stay within what the kernels of convolutions take of bytes (2^22). */
export const CLIPPED_SUM = 2 ** 14 - 2 ** 10;

/** The same with small shifts: what float32 holds of sums (2^24), and a sixteenth for the bias. */
export const RATIO_SUM = 2 ** 16 - 2 ** 12;

/** The ratio that clips no weight, or half of it, whichever makes the lesser squared error. */
function leastSquares(channel: Float64Array, unit: number, whole: Power, limit: number): Power {
	const ratioOf = ({ multiplier, shift }: Power): number => multiplier / 2 ** shift;
	const half = powerAtLeast(ratioOf(whole) / 2, limit);
	if (!(ratioOf(half) < ratioOf(whole))) return whole;
	const errorAt = (power: Power): { error: number; sum: number } => {
		const step = ratioOf(power) / unit;
		let [error, sum] = [0, 0];
		for (const weight of channel) {
			const integer = clippedWeight(Math.round(weight / step));
			error += (weight - integer * step) ** 2;
			sum += Math.abs(integer);
		}
		return { error, sum };
	};
	const finer = errorAt(half);
	return finer.sum <= CLIPPED_SUM && finer.error < errorAt(whole).error ? half : whole;
}

interface Power {
	readonly multiplier: number;
	readonly shift: number;
}

/** The weights of one channel. */
function channelOf({ data, inner, channels }: ChannelWeights, channel: number): Float64Array {
	const count = data.length / channels;
	return Float64Array.from({ length: count }, (_, k) => {
		const outer = Math.floor(k / inner);
		return data[(outer * channels + channel) * inner + (k % inner)];
	});
}

const larger = (a: number, b: number): number => Math.max(a, b);
