import { ELEMENT_READS } from "@umpire/commitment/constants.ts";
import { larger } from "./bounds.ts";
import { KIND, type Kind, type Row } from "./operator.ts";
import type { ElementsPart } from "./parts.ts";
import { applyRescale } from "./rescale.ts";
import { floorDivide, ROUNDING } from "./rounding.ts";
import type { Descriptor } from "./structs.ts";

// What an operator kind computes from the elements that it reads: contracts/libraries/Kinds.sol, function by function.

/** Keys of ArgMax are value·2^31 + rest: values of 32 bits fit 63. */
const KEY_SHIFT = 31n;
const KEY_MASK = (1n << KEY_SHIFT) - 1n;

/** Kinds whose results φ brings to their width: their operators have rescale rows, others have none. */
export const isRescaled = (kind: Kind): boolean => kind === "Dot" || kind === "Add" || kind === "Mul";

/** S₀: the partial result before the first part. */
export function start(d: Descriptor): bigint {
	if (d.kind === KIND.Max) return -(1n << BigInt(d.width - 1));
	return d.kind === KIND.ArgMax ? -(1n << (2n * KEY_SHIFT)) : 0n;
}

/**
 * The partial result after a part of any kind but Dot (there it is previous + sum).
 *
 * @param number the part's number
 * @param values the opened values, one per read of the part
 * @throws RangeError if the kind has no meaning
 */
export function next(
	d: Descriptor,
	previous: bigint,
	number: number,
	part: ElementsPart,
	values: readonly bigint[],
): bigint {
	const read = (operand: number): bigint => readOf(d, part, values, operand);
	switch (d.kind) {
		case KIND.Max:
			return largest(previous, values);
		case KIND.Add:
			return d.operands.reduce((sum, _, k) => sum + BigInt(d.constants[k]) * read(k), 0n);
		case KIND.Mul:
			return read(0) * read(1);
		case KIND.Gather:
			return read(1);
		case KIND.View:
			return values.length === 0 ? BigInt(d.operands[0].outside) : values[0];
		case KIND.Div:
			return quotient(d, read(0), read(1));
		case KIND.Select:
			return read(read(0) !== 0n ? 1 : 2);
		case KIND.ArgMax:
			return largest(
				previous,
				values.map((value, i) => keyOf(d, value, ELEMENT_READS * number + i)),
			);
		default:
			throw new RangeError(`Operator kind ${d.kind} is not one that this version knows`);
	}
}

/**
 * The element's value from the result of its last part: φ, for the kinds that have one.
 *
 * @param row the element's rescale row, if the descriptor has rows
 */
export function value(d: Descriptor, raw: bigint, row: Row | undefined): bigint {
	if (row !== undefined) return BigInt(applyRescale(raw, row, d.low, d.high));
	if (d.kind === KIND.Div) return clip(raw, BigInt(d.low), BigInt(d.high));
	if (d.kind !== KIND.ArgMax) return raw;
	const rest = raw & KEY_MASK;
	return d.constants[0] === 0 ? KEY_MASK - rest : rest;
}

/** The key of an ArgMax: larger for larger values, and among equals for the first position, or for the last. */
export function keyOf(d: Descriptor, value: bigint, position: number): bigint {
	const rest = d.constants[0] === 0 ? KEY_MASK - BigInt(position) : BigInt(position);
	return (value << KEY_SHIFT) + rest;
}

function largest(previous: bigint, values: readonly bigint[]): bigint {
	return values.reduce(larger, previous);
}

/** a·x / y as a whole number, 0 if y is 0. */
function quotient(d: Descriptor, x: bigint, y: bigint): bigint {
	if (y === 0n) return 0n;
	const [a, rounding] = d.constants;
	const numerator = BigInt(a) * x;
	// BigInt's / rounds towards 0
	if (rounding === ROUNDING.zero) return numerator / y;
	return rounding === ROUNDING.floor ? floorDivide(numerator, y) : floorDivide(2n * numerator + y, 2n * y);
}

function clip(value: bigint, low: bigint, high: bigint): bigint {
	if (value < low) return low;
	return value > high ? high : value;
}

/** What operand k read: the opened value, or `outside`. */
function readOf(d: Descriptor, part: ElementsPart, values: readonly bigint[], k: number): bigint {
	const opened = part.reads.findIndex(({ operand }) => operand === k);
	return opened < 0 ? BigInt(d.operands[k].outside) : values[opened];
}
