import { type FloatType, LIMIT } from "./body.ts";
import { abs, type Bounds, exactNumber, larger, magnitude } from "./bounds.ts";
import type { Rescale, Row } from "./operator.ts";

/** How φ is computed; all constants are exact in `type`. */
export interface RescalePlan {
	readonly type: FloatType;
	/** "direct": acc·factor + offset; "clamped": clip(acc + bias, −limit, limit)·factor + ½. */
	readonly mode: "direct" | "clamped";
	/** Per row. */
	readonly factors: readonly number[];
	readonly offsets: readonly number[];
	readonly biases: readonly number[];
	readonly clamps: readonly number[];
	/** False if every factor and offset is whole. */
	readonly floor: boolean;
	/** Which sides of the last clip can act. */
	readonly clipLow: boolean;
	readonly clipHigh: boolean;
	/** Largest magnitude of a numerator (bound < 2^24 or 2^53 makes every step exact). */
	readonly bound: number;
}

/** A row with the factors of two that multiplier and divisor share taken out. */
export interface Fraction {
	readonly bias: bigint;
	readonly multiplier: bigint;
	readonly shift: bigint;
	/** ½ in units of 2^-shift; none is needed where the quotient is whole. */
	readonly half: bigint;
}

export function reduced(row: Row): Fraction {
	let multiplier = BigInt(row.multiplier);
	let shift = BigInt(row.shift);
	while (shift > 0n && (multiplier & 1n) === 0n) {
		multiplier >>= 1n;
		shift -= 1n;
	}
	return { bias: row.bias, multiplier, shift, half: shift === 0n ? 0n : 1n << (shift - 1n) };
}

/**
 * The numerator bound of φ in `direct` mode when the accumulator's partial sums stay within
 * `partial` (one entry per row, or one for all), as the largest over the rows.
 */
export function directBound(rescale: Rescale, partial: readonly Bounds[]): bigint {
	let bound = 0n;
	rescale.rows.forEach((row, index) => {
		const { bias, multiplier, half } = reduced(row);
		const sum = magnitude(partial[partial.length === 1 ? 0 : index]) * multiplier;
		bound = larger(bound, sum + abs(bias * multiplier + half));
	});
	return bound;
}

/**
 * Chooses how φ is computed for accumulators within `acc` (one entry per row, or one for all).
 * @throws Error if no arithmetic type computes it exactly.
 */
export function planRescale(
	rescale: Rescale,
	acc: readonly Bounds[],
	range: { readonly low: number; readonly high: number },
	least: FloatType = "float32",
): RescalePlan {
	const rows = rescale.rows.map(reduced);
	const clip = clipSides(rows, acc, range);
	const direct = directBound(rescale, acc);
	const scale = (numerator: bigint, shift: bigint): number => exactNumber(numerator) * 2 ** -Number(shift);
	const factors = rows.map((row) => scale(row.multiplier, row.shift));
	const floor = rows.some((row) => row.shift > 0n);
	for (const type of ["float32", "float64"] as const) {
		if (type === "float32" && least === "float64") continue;
		if (direct >= BigInt(LIMIT[type])) continue;
		const offsets = rows.map((row) => scale(row.bias * row.multiplier + row.half, row.shift));
		// They are constants of the body, whatever they are multiplied by.
		if (type === "float32" && ![...factors, ...offsets].every((value) => Math.fround(value) === value))
			continue;
		const none = { biases: [], clamps: [] };
		return { type, mode: "direct", factors, offsets, ...none, floor, ...clip, bound: Number(direct) };
	}
	const top = BigInt(Math.max(Math.abs(range.low), Math.abs(range.high)) + 1);
	const clamps = rows.map((row) => ((top << row.shift) + row.multiplier - 1n) / row.multiplier);
	let bound = 0n;
	rows.forEach((row, index) => {
		const sum = magnitude(acc[acc.length === 1 ? 0 : index]) + abs(row.bias);
		const product = clamps[index] * row.multiplier + row.half;
		bound = larger(bound, larger(sum, product));
	});
	if (bound >= BigInt(LIMIT.float64)) {
		throw new Error(
			`rescaling needs integers up to ${bound}, more than float64 holds exactly (2^53); a smaller shift, or operands of a smaller range, would help`,
		);
	}
	return {
		type: "float64",
		mode: "clamped",
		factors,
		offsets: rows.map((row) => (row.shift > 0n ? 0.5 : 0)),
		biases: rows.map((row) => exactNumber(row.bias)),
		clamps: clamps.map(exactNumber),
		floor,
		clipLow: true,
		clipHigh: true,
		bound: Number(bound),
	};
}

function clipSides(
	rows: readonly Fraction[],
	acc: readonly Bounds[],
	range: { readonly low: number; readonly high: number },
): { clipLow: boolean; clipHigh: boolean } {
	let clipLow = false;
	let clipHigh = false;
	rows.forEach((row, index) => {
		const { low, high } = acc[acc.length === 1 ? 0 : index];
		// >> on BigInt is floor division by a power of two.
		const value = (a: bigint): bigint => ((a + row.bias) * row.multiplier + row.half) >> row.shift;
		if (value(low) < BigInt(range.low)) clipLow = true;
		if (value(high) > BigInt(range.high)) clipHigh = true;
	});
	return { clipLow, clipHigh };
}
