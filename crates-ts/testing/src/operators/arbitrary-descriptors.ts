import { WIDTHS } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { radixProduct } from "@umpire/operators/cone.ts";
import { isMaximum } from "@umpire/operators/parts.ts";
import {
	type Coordinate,
	type Descriptor,
	KIND,
	type Kind,
	type Operand,
} from "@umpire/operators/program.ts";
import fc from "fast-check";
import { type Gen, integer } from "./arbitrary-operators.ts";

function coordinate(g: Gen, digits: number, most = 9): Coordinate {
	return {
		base: integer(g, -20, 20),
		coefficients: Array.from({ length: digits }, () => integer(g, -most, most)),
		divisor: integer(g, 1, 5),
		modulus: integer(g, 0, 5),
		size: integer(g, 1, 30),
		stride: integer(g, 0, 9),
	};
}

/** One coordinate along the run digit, plain; the others do not depend on it. */
function alongRun(g: Gen, digits: number, run: number): Coordinate {
	const slope = g(() => fc.constantFrom(1, 1, 1, 1, -1, 2, 0, -3));
	const plain = coordinate(g, digits, 3);
	return {
		...plain,
		coefficients: plain.coefficients.with(-1, slope),
		divisor: 1,
		modulus: 0,
		size: integer(g, 1, run + 20),
		stride: g(() => fc.constantFrom(1, 1, 1, 1, 0, 2)),
	};
}

function operandCount(g: Gen, kind: Kind): number {
	if (kind === "Max" || kind === "View") return integer(g, 1, 3);
	if (kind === "Select") return 3;
	return kind === "ArgMax" ? 1 : 2;
}

/** A Div's factor and rounding, an Add's coefficients, which a tie of an ArgMax takes, a Gather's address and offset. */
function constantsOf(g: Gen, kind: Kind): number[] {
	const most = Number.MAX_SAFE_INTEGER;
	if (kind === "Div") return [integer(g, 1, 2 ** 48), integer(g, 0, 2)];
	if (kind === "Add") return [integer(g, -most, most), integer(g, -most, most)];
	return kind === "ArgMax" ? [integer(g, 0, 1)] : [0, integer(g, -60, 60)];
}

/**
 * A descriptor that need not come from any tensor operation: its maps are as wild as the
 * protocol allows, so that the generic routines are tested where no form leads them.
 */
export function descriptorOf(g: Gen, kind: Kind): Descriptor {
	const outputRadix = Array.from({ length: integer(g, 0, 3) }, () => integer(g, 1, 4));
	const outer = Array.from({ length: integer(g, 0, 2) }, () => integer(g, 1, 4));
	const run = integer(g, 0, 2) === 0 ? integer(g, 50, 700) : integer(g, 1, 12);
	const reductionRadix = kind === "Dot" ? [...outer, run] : isMaximum(KIND[kind]) ? outer : [];
	const digits = outputRadix.length + reductionRadix.length;
	const operands = Array.from({ length: operandCount(g, kind) }, (): Operand => {
		const free = Array.from({ length: integer(g, 1, 2) }, () => coordinate(g, digits));
		const fixed = free.map((c) => ({
			...c,
			coefficients: c.coefficients.map((v, j) => (j === digits - 1 ? 0 : v)),
		}));
		const width = g(() => fc.constantFrom(...WIDTHS));
		const { low, high } = rangeOf(width);
		const coordinates = kind === "Dot" ? [...fixed, alongRun(g, digits, run)] : free;
		return {
			source: 1,
			index: 0,
			initial: 0,
			width,
			elements: 2 ** 31,
			outside: g(() => fc.constantFrom(low, high, -1, 0, integer(g, -99, 99))),
			coordinates,
		};
	});
	return {
		kind: KIND[kind],
		width: 32,
		elements: radixProduct(outputRadix),
		outputRadix,
		reductionRadix,
		operands,
		constants: constantsOf(g, kind),
		low: -5,
		high: 5,
		rowsRoot: wordHex(0n),
		rowCount: 0,
		row: coordinate(g, outputRadix.length),
	};
}
