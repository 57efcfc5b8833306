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
	/** How weights of 7 bits are rounded, by the first result of their product's node; each by itself where that is not here. */
	readonly roundings: ReadonlyMap<string, Rounding>;
}

export const NO_WIDTHS: Widths = {
	tensors: new Map(),
	copies: new Map(),
	small: new Set(),
	roundings: new Map(),
};

/**
 * What calibration saw of a byte's range, and a quarter: smaller margins clip what others do, larger ones leave too
 * few levels. Away from simple fractions, as those of precisionOf.
 */
const MARGIN = 1.2537;

/**
 * Bytes with a sign, or for what never showed one, 0 … 255, which integer kernels take as well. What is below zero
 * then is clipped. Inputs keep a sign: they may be whatever their width holds.
 */
export function bytesOf(range: Range, isInput: boolean): Precision {
	return range.low >= 0 && !isInput
		? { bits: 16, limit: 255, margin: MARGIN, positive: true }
		: { bits: 8, limit: 127, margin: MARGIN };
}
