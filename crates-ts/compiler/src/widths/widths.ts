import type { Range } from "@umpire/graph/ranges.ts";
import type { PrecisionOverrides } from "../quantise/assign.ts";
import type { Rounding } from "../quantise/joint-rounding.ts";
import type { Precision } from "../quantise/scales.ts";

/** Which tensors of a 16-bit program are bytes, and which products have weights of 7 bits. */
export interface Widths {
	/** Values that are bytes for all that read them. */
	readonly tensors: PrecisionOverrides;
	/** Values that products read as bytes, while others read them as they are. */
	readonly copies: PrecisionOverrides;
	/** Values that products multiply by weights of 7 bits. */
	readonly small: ReadonlySet<string>;
	/** Sums of products of values that are divided afterwards, which are not rounded before. */
	readonly dividends: ReadonlySet<string>;
	/** How weights of 7 bits are rounded, by the first result of their product's node; each by itself where that is not here. */
	readonly roundings: ReadonlyMap<string, Rounding>;
}

export const NO_WIDTHS: Widths = {
	tensors: new Map(),
	copies: new Map(),
	small: new Set(),
	dividends: new Set(),
	roundings: new Map(),
};

/**
 * What calibration saw of a byte's range, and a quarter: smaller margins clip what others do, larger ones leave too
 * few levels. Away from simple fractions, as those of precisionOf.
 */
const MARGIN = 1.2537;

/** Factors of sums that are as short as this have more levels than bytes. */
const SINGLES = 2 ** 24;

/** Fewer levels than these lose more than a product in float64 takes. */
const LEAST_LEVELS = 63;

/**
 * What only sums of `length` products of two values read: as many levels as leave these sums in float32 whatever the values are.
 * Bytes where that would be too few.
 */
export function factorsOf(range: Range, length: number): Precision {
	const limit = Math.floor(Math.sqrt((SINGLES - 1) / length));
	if (limit < LEAST_LEVELS) return bytesOf(range, false);
	return {
		bits: 16,
		limit: Math.min(limit, 2 ** 15 - 1),
		margin: MARGIN,
		...(range.low >= 0 ? { positive: true } : {}),
	};
}

/**
 * Bytes with a sign, or for what never showed one, 0 … 255, which integer kernels take as well. What is below zero
 * then is clipped. Inputs keep a sign: they may be whatever their width holds.
 */
export function bytesOf(range: Range, isInput: boolean): Precision {
	return range.low >= 0 && !isInput
		? { bits: 16, limit: 255, margin: MARGIN, positive: true }
		: { bits: 8, limit: 127, margin: MARGIN };
}
