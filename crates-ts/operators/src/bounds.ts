/** Whole numbers low … high; sums of many products may pass 2^53 before they are found too large. */
export interface Bounds {
	readonly low: bigint;
	readonly high: bigint;
}

export function larger(a: bigint, b: bigint): bigint {
	if (a > b) return a;
	return b;
}

export function smaller(a: bigint, b: bigint): bigint {
	if (a < b) return a;
	return b;
}

export const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** The same number. @throws Error if doubles do not have it: a constant of a body would be another one. */
export function exactNumber(value: bigint): number {
	const number = Number(value);
	if (BigInt(number) !== value) throw new Error(`the constant ${value} is not exact in float64`);
	return number;
}

/** The larger magnitude of the two ends. */
export const magnitude = (bounds: Bounds): bigint => larger(abs(bounds.low), abs(bounds.high));

export const largest = (list: readonly Bounds[]): bigint => list.map(magnitude).reduce(larger, 0n);

/** The least bounds around all of them. */
export const hull = (list: readonly Bounds[]): Bounds =>
	list.reduce((a, b) => ({ low: smaller(a.low, b.low), high: larger(a.high, b.high) }));
