import { ELEMENT_READS } from "@umpire/commitment/constants.ts";
import { type Descriptor, KIND, ROUNDING } from "./program.ts";

/** Keys of ArgMax are value·2^31 + rest: values of 32 bits fit 63. */
const KEY_SHIFT = 31n;
const KEY_MASK = (1n << KEY_SHIFT) - 1n;

/** Kinds whose elements may have several parts although they are proved by their elements. */
export const isMaximum = (kind: number): boolean => kind === KIND.Max || kind === KIND.ArgMax;

/** S₀ of an operator's elements (protocol section 3). */
export function startOf({ kind, width }: Descriptor): bigint {
	if (kind === KIND.Max) return -(1n << BigInt(width - 1));
	return kind === KIND.ArgMax ? -(1n << (2n * KEY_SHIFT)) : 0n;
}

/** S_{p+1} of a Max or an ArgMax: `values` are those of the reads in bounds of part `part`, in order. */
export function nextMaximum(
	descriptor: Descriptor,
	previous: bigint,
	part: number,
	values: readonly bigint[],
): bigint {
	let largest = previous;
	values.forEach((value, i) => {
		const key = descriptor.kind === KIND.Max ? value : keyOf(descriptor, value, part * ELEMENT_READS + i);
		if (key > largest) largest = key;
	});
	return largest;
}

/** Larger for larger values, and among equals for the first position, or for the last. */
export function keyOf({ constants }: Descriptor, value: bigint, position: number): bigint {
	const rest = constants[0] === 0 ? KEY_MASK - BigInt(position) : BigInt(position);
	return (value << KEY_SHIFT) + rest;
}

/** φ of the kinds without rescale rows. */
export function finishOf({ kind, constants, low, high }: Descriptor, raw: bigint): bigint {
	if (kind === KIND.Div) {
		if (raw < BigInt(low)) return BigInt(low);
		return raw > BigInt(high) ? BigInt(high) : raw;
	}
	if (kind !== KIND.ArgMax) return raw;
	const rest = raw & KEY_MASK;
	return constants[0] === 0 ? KEY_MASK - rest : rest;
}

/** The raw value of a Div: a·x / y as a whole number, 0 if y is 0. */
export function quotientOf({ constants }: Descriptor, x: bigint, y: bigint): bigint {
	if (y === 0n) return 0n;
	const [a, rounding] = constants;
	const numerator = BigInt(a) * x;
	// BigInt's / rounds towards 0
	if (rounding === ROUNDING.zero) return numerator / y;
	return rounding === ROUNDING.floor ? floorDiv(numerator, y) : floorDiv(2n * numerator + y, 2n * y);
}

function floorDiv(numerator: bigint, divisor: bigint): bigint {
	const quotient = numerator / divisor;
	const rest = numerator - quotient * divisor;
	return rest !== 0n && rest < 0n !== divisor < 0n ? quotient - 1n : quotient;
}
