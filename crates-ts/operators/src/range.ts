/** Integers low … high, both included. */
export interface Range {
	readonly low: number;
	readonly high: number;
}

/** The least range around all of them. */
export function hull(ranges: readonly Range[]): Range {
	return {
		low: Math.min(...ranges.map((range) => range.low)),
		high: Math.max(...ranges.map((range) => range.high)),
	};
}

/** The largest magnitude of a range's integers. */
export const magnitudeOf = (range: Range): number => Math.max(Math.abs(range.low), Math.abs(range.high));
