import type { Width } from "@umpire/commitment/constants.ts";
import { type Range, reachOf, UNBOUNDED } from "@umpire/graph/ranges.ts";
import type { Pins } from "./pin.ts";

/** How a tensor's integers stand for real numbers: real = integer·scale, low ≤ integer ≤ high. */
export interface Quantisation {
	readonly scale: number;
	readonly low: number;
	readonly high: number;
	readonly width: Width;
}

/** Options of one compilation that every scale depends on. */
export interface Precision {
	readonly bits: Width;
	/** Largest magnitude of an activation (symmetric, so −limit is the least). */
	readonly limit: number;
	/** Factor by which calibrated ranges grow, so that slightly larger inputs are not clipped. */
	readonly margin: number;
	/** Largest magnitude of the weights of products, where integer kernels are to take them. */
	readonly weightLimit?: number;
	/** Whether values below zero are clipped. */
	readonly positive?: true;
	/** Values with bits of their own. */
	readonly pins?: Pins;
}

/**
 * What a compilation of `bits` bits from `sets` calibration inputs uses. Few inputs say little of
 * what others will do, and a saturated value costs far more than a finer grid gains: a tensor's
 * range is up to three times what one input shows of it, in 8 bits twice (docs/decisions/0010).
 *
 * The margins stay away from simple fractions: a range that is "nice" (1, 6, 255) must not
 * land on a grid point of `snapUp`, where a last-bit difference between machines would move it
 * to the next one.
 */
export function precisionOf(bits: 8 | 16, sets: number): Precision {
	const known = Math.cbrt(Math.min(sets, 64));
	return bits === 16
		? { bits, limit: 32767, margin: 1 + 2.0237 / known }
		: { bits, limit: 127, margin: 1 + 1.0237 / known };
}

/** Largest magnitude of weights of 7 bits, sign included: integer kernels take −64 … 63. */
export const SMALL_WEIGHTS = 63;

/** Largest magnitude of a tensor that gets 32 bits to be finer: long sums of its products stay exact. */
export const FINER_LIMIT = 2 ** 22;

/** The finer precision of single tensors in a program of 8 or 16 bits. */
export function finerThan(precision: Precision, sets: number): Precision {
	return precision.bits === 8 ? precisionOf(16, sets) : { ...precision, bits: 32, limit: FINER_LIMIT };
}

/** The least number ≥ value with at most six significant bits (value ≥ 0). */
export function snapUp(value: number): number {
	if (value === 0) return 0;
	const exponent = Math.floor(Math.log2(value)) - 5;
	return Math.ceil(value / 2 ** exponent) * 2 ** exponent;
}

/** Magnitudes below this count as zero. */
export const NEGLIGIBLE = 1e-30;

/** Largest magnitude of 32 bits. */
export const WIDE_LIMIT = 2 ** 31 - 1;

/**
 * Quantisation of a real tensor with the calibrated `range`. `bounds` is a range that the
 * values cannot leave (a fused Relu, a sigmoid); `natural` is a scale below which a finer
 * grid shows nothing, because the operands are no finer.
 */
export function quantisationOf(
	range: Range,
	precision: Precision,
	bounds: Range = UNBOUNDED,
	natural = 0,
): Quantisation {
	const { limit, margin, bits } = precision;
	let reach = snapUp(reachOf(range) * margin);
	reach = Math.min(reach, reachOf(bounds));
	// A tensor without range is a constant, however fine its operands' grids are: products of those
	// would make finer and finer ones.
	if (!(reach > NEGLIGIBLE)) reach = 1;
	const scale = Math.max(reach / limit, natural);
	return { scale, width: bits, ...integerBounds(bounds, scale, limit) };
}

/** The same in 32 bits. */
export function wideQuantisationOf(
	range: Range,
	precision: Precision,
	bounds: Range = UNBOUNDED,
	natural = 0,
): Quantisation {
	const own = quantisationOf(range, { ...precision, limit: WIDE_LIMIT }, bounds, natural);
	return { ...own, width: 32 };
}

/** The same tensor on the next coarser grid whose step is a power of two. */
export function dyadicQuantisation(own: Quantisation, bounds: Range): Quantisation {
	const scale = 2 ** Math.ceil(Math.log2(own.scale));
	return { ...own, scale, ...integerBounds(bounds, scale, limitOf(own)) };
}

/**
 * The same tensor on a grid so coarse that `ratio`, of which a step of what it is made of takes so many of its
 * own, is at most `most`: where calibration saw next to nothing of what weights or operands could say, finer steps show nothing.
 */
export function coarsenedQuantisation(own: Quantisation, ratio: number, most: number): Quantisation {
	if (!(ratio > most)) return own;
	const factor = 2 ** Math.ceil(Math.log2(ratio / most));
	const end = (value: number): number => Math.sign(value) * Math.ceil(Math.abs(value) / factor) + 0;
	return { ...own, scale: own.scale * factor, low: end(own.low), high: end(own.high) };
}

/** Integers of `bounds` at `scale`, within ±limit. */
export function integerBounds(bounds: Range, scale: number, limit: number): { low: number; high: number } {
	const clip = (value: number) => Math.max(-limit, Math.min(limit, value)) + 0;
	const low = clip(Math.round(bounds.low / scale));
	const high = clip(Math.round(bounds.high / scale));
	return { low, high: Math.max(low, high) };
}

/** Largest magnitude of a tensor: what its width holds, of 32 bits what it declares. */
export function limitOf({ width, low, high }: Quantisation): number {
	return width === 32 ? reachOf({ low, high }) : 2 ** (width - 1) - 1;
}

/** Bounds that a precision itself sets, within others. */
export function boundsFor({ positive }: Precision, bounds: Range = UNBOUNDED): Range {
	return positive ? { low: Math.max(0, bounds.low), high: Math.max(0, bounds.high) } : bounds;
}

/** Truth values: 0 and 1. */
export const BOOLEAN: Quantisation = { scale: 1, low: 0, high: 1, width: 8 };

/** Whole numbers 0 … most, in the narrowest tensor. */
export function wholeUpTo(most: number): Quantisation {
	const width = most < 2 ** 7 ? 8 : most < 2 ** 15 ? 16 : 32;
	return { scale: 1, low: 0, high: most, width };
}

/** Quantisation of whole numbers (int64, int32, bool, …): scale 1, as wide as they need. */
export function wholeNumbers(range: Range, bounds: Range = UNBOUNDED): Quantisation | undefined {
	const reach = reachOf(range);
	const width = reach <= 32767 ? 16 : 32;
	const limit = width === 16 ? 32767 : 2 ** 31 - 1;
	if (reach > limit) return undefined;
	return { scale: 1, width, ...integerBounds(bounds, 1, limit) };
}
