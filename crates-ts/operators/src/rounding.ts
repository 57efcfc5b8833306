import type { Range } from "./range.ts";

/** How a quotient becomes a whole number: nearest (halves up), towards 0, or towards −∞. */
export const ROUNDING = { nearest: 0, zero: 1, floor: 2 } as const;
export type Rounding = keyof typeof ROUNDING;

/** ⌊numerator / divisor⌋ of integers; BigInt's own / rounds towards 0. */
export function floorDivide(numerator: bigint, divisor: bigint): bigint {
	const quotient = numerator / divisor;
	const rest = numerator - quotient * divisor;
	return rest !== 0n && rest < 0n !== divisor < 0n ? quotient - 1n : quotient;
}

/** The integers nearest to the real numbers low … high; a number half-way may go to either side. */
export function nearestIntegers(low: number, high: number): Range {
	return { low: Math.ceil(low - 0.5), high: Math.floor(high + 0.5) };
}
