import { CompileError } from "@umpire/graph/errors.ts";
import type { Row } from "@umpire/operators/program.ts";

/** Multipliers that a tensor's own scale follows: more bits would not help. */
const MULTIPLIER_BITS = 15;
/** Multipliers that no scale can follow have more, unless they multiply bytes, which float32 then holds. */
const FINE_BITS = 24;
/** Coefficients of `linear` operators have up to this many bits. */
const COEFFICIENT_BITS = 24;
/** Results coarser than 2^15 units have no bits left. */
const MOST_BITS = 16;
/** |bias| and sums stay below this, half of what float64 holds exactly. */
const EXACT = 2 ** 52;

/** The largest shift that keeps B·m below 2^53 for outputs within ±limit (docs/protocol.md section 2). */
export function maxShift(limit: number): number {
	return Math.min(40, 52 - Math.ceil(Math.log2(limit + 1)));
}

/** The smallest ratio multiplier / 2^shift with a full-precision multiplier. */
export function smallestRatio(limit: number): number {
	return 2 ** (MULTIPLIER_BITS - 1) / 2 ** maxShift(limit);
}

function represent(
	ratio: number,
	limit: number,
	bits: number,
	round: (value: number) => number,
): { multiplier: number; shift: number } {
	if (!(ratio > 0) || !Number.isFinite(ratio)) {
		throw new CompileError(`a ratio of scales is ${ratio}: it must be positive and finite`);
	}
	const most = 2 ** bits;
	let shift = bits - 1 - Math.floor(Math.log2(ratio));
	shift = Math.max(1, Math.min(maxShift(limit), shift));
	let multiplier = round(ratio * 2 ** shift);
	if (multiplier >= most && shift > 1) {
		shift -= 1;
		multiplier = round(ratio * 2 ** shift);
	}
	if (multiplier < 1 || multiplier >= most) {
		throw new CompileError(`the ratio of scales ${ratio} cannot be represented by a multiplier and a shift`, {
			hint: "The ranges of operands and result are too far apart: check the model for unscaled values",
		});
	}
	return { multiplier, shift };
}

/** multiplier / 2^shift nearest to ratio, for values of magnitudes up to `reach`. */
export function nearestRatio(
	ratio: number,
	limit: number,
	reach = Number.POSITIVE_INFINITY,
): { multiplier: number; shift: number } {
	return represent(ratio, limit, reach > 255 ? FINE_BITS : MULTIPLIER_BITS, Math.round);
}

/** The same of products of two values of 16 bits, which leave multipliers no more than 15. */
export const ratioNear = (ratio: number, limit: number): { multiplier: number; shift: number } =>
	represent(ratio, limit, MULTIPLIER_BITS, Math.round);

/**
 * The least power of two ≥ ratio, as multiplier / 2^shift. A multiplier of 1 lets the rescaling
 * join the weights, which is what makes it cheap (docs/decisions/0005).
 */
export function powerAtLeast(ratio: number, limit: number): { multiplier: number; shift: number } {
	const least = Math.max(ratio, smallestRatio(limit));
	let exponent = Math.floor(Math.log2(least));
	while (2 ** exponent < least) exponent += 1;
	return power(exponent, limit);
}

/** The greatest multiplier / 2^shift ≤ ratio, for a tensor whose own scale is free to follow it. */
export function ratioAtMost(ratio: number, limit: number): { multiplier: number; shift: number } {
	return represent(ratio, limit, MULTIPLIER_BITS, Math.floor);
}

/** The greatest power of two ≤ ratio. */
export function powerAtMost(ratio: number, limit: number): { multiplier: number; shift: number } {
	let exponent = Math.ceil(Math.log2(ratio));
	while (2 ** exponent > ratio) exponent -= 1;
	return power(exponent, limit);
}

function power(exponent: number, limit: number): { multiplier: number; shift: number } {
	if (!(exponent < MOST_BITS && -exponent <= maxShift(limit))) {
		throw new CompileError(`a ratio of scales of 2^${exponent} cannot be represented`, {
			hint: "The ranges of operands and result are too far apart: check the model for unscaled values",
		});
	}
	return exponent < 0 ? { multiplier: 1, shift: -exponent } : { multiplier: 2 ** (exponent + 1), shift: 1 };
}

/** A bias in accumulator units as the row's integer. */
export function biasOf(value: number): bigint {
	const rounded = Math.round(value);
	if (!(Math.abs(rounded) < EXACT)) {
		throw new CompileError(`a bias of ${value} accumulator units exceeds 2^52`, {
			hint: "The bias is far larger than everything it is added to: scale the model's values",
		});
	}
	return BigInt(rounded);
}

/** Coefficients of bytes need no more bits than these behind the point: the rest moves no result by a hundredth. */
const BYTE_BITS = 14;

/** A smaller shift, if that keeps what is computed of bytes below 2^24, so that it is computed in float32. */
function shiftOfBytes(reaches: readonly number[], shift: number, sum: (shift: number) => number): number {
	if (reaches.some((reach) => reach > 255)) return shift;
	let least = shift;
	while (least > BYTE_BITS && sum(least) >= 2 ** 24) least -= 1;
	return sum(least) < 2 ** 24 ? least : shift;
}

export interface Linear {
	readonly coefficients: number[];
	readonly rows: Row[];
}

/**
 * Σ ratios[k]·x_k + bias as integer coefficients with a common shift; `reaches` are the
 * operands' largest magnitudes, `biases` are in units of the output, one per row.
 */
export function linearOf(
	ratios: readonly number[],
	reaches: readonly number[],
	biases: ArrayLike<number>,
	limit: number,
): Linear {
	const largest = Math.max(...ratios.map(Math.abs));
	let shift = largest > 0 ? COEFFICIENT_BITS - 1 - Math.floor(Math.log2(largest)) : 1;
	shift = Math.max(1, Math.min(maxShift(limit), shift));
	const sum = (s: number) => ratios.reduce((a, r, k) => a + Math.abs(r) * 2 ** s * reaches[k], 0);
	while (shift > 1 && sum(shift) >= EXACT / 4) shift -= 1;
	if (sum(shift) >= EXACT / 2) {
		throw new CompileError(`the scales of operands and result are too far apart (ratio ${largest})`, {
			hint: "Check the model for values of very different magnitude that are added",
		});
	}
	shift = shiftOfBytes(reaches, shift, (s) => {
		const bias = Array.from(biases).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
		return sum(s) + (bias + 1) * 2 ** s;
	});
	let coefficients = ratios.map((ratio) => Math.round(ratio * 2 ** shift) + 0);
	let integers = Array.from(biases, (bias) => biasOf(bias * 2 ** shift));
	while (shift > 1 && coefficients.every((c) => c % 2 === 0) && integers.every((bias) => bias % 2n === 0n)) {
		coefficients = coefficients.map((c) => c / 2);
		integers = integers.map((bias) => bias / 2n);
		shift -= 1;
	}
	const s = shift;
	return { coefficients, rows: integers.map((bias) => ({ bias, multiplier: 1, shift: s })) };
}
