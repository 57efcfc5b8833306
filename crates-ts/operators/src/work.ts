import { LEAF_ELEMENTS } from "@umpire/commitment/constants.ts";
import { radixProduct } from "./cone.ts";
import type { Coordinate, Descriptor, Operand } from "./program.ts";

/** Gas that finding one part of a Dot may take (protocol section 3). A transaction has at most 2^24. */
export const MAX_WORK = 8_000_000;
/** Bytes that an encoded descriptor may have; nodes do not relay transactions of more than 128 KB. */
export const MAX_DESCRIPTOR_BYTES = 65_536;

/** Bounds of the contract's gas, measured on contracts/libraries/DotParts.sol with a margin. */
const GAS = {
	/** of one value of the outer reduction digits */
	line: 4_000,
	/** of each coordinate of either operand, on every line */
	coordinate: 900,
	/** of each coordinate that divides or takes a remainder, besides */
	division: 350,
	/** of each further stretch of a run inside one leaf of both operands */
	stretch: 2_000,
	/** of each product where the operands' elements are not neighbours */
	product: 1_000,
} as const;

/** Upper bound of the gas for walking over all parts of an element of a Dot. */
export function dotWork({ operands, reductionRadix }: Descriptor): number {
	const run = reductionRadix[reductionRadix.length - 1];
	const lines = radixProduct(reductionRadix) / run;
	const coordinates = operands.flatMap((operand) => operand.coordinates);
	const divided = coordinates.filter(({ divisor, modulus }) => divisor !== 1 || modulus !== 0);
	const line = GAS.line + GAS.coordinate * coordinates.length + GAS.division * divided.length;
	if (operands.some((operand) => runStep(operand) !== 1)) return lines * (line + GAS.product * run);
	const ends = operands.reduce((sum, { width }) => sum + Math.ceil((run - 1) / LEAF_ELEMENTS[width]), 0);
	return lines * (line + GAS.stretch * Math.min(run - 1, ends));
}

/** By how many elements an operand's read moves per position of the run digit. */
export function runStep({ coordinates }: Operand): number {
	return coordinates.reduce((sum, { coefficients, stride }) => sum + (coefficients.at(-1) ?? 0) * stride, 0);
}

/** Bytes of abi.encode(Descriptor). */
export function descriptorBytes(descriptor: Descriptor): number {
	const { outputRadix, reductionRadix, operands, constants, row } = descriptor;
	const array = (list: readonly unknown[]) => 1 + list.length;
	const coordinate = ({ coefficients }: Coordinate) => 6 + array(coefficients);
	let words = 1 + 12 + array(outputRadix) + array(reductionRadix) + array(constants) + coordinate(row);
	words += 1;
	for (const { coordinates } of operands) {
		words += 1 + 7 + 1;
		for (const one of coordinates) words += 1 + coordinate(one);
	}
	return 32 * words;
}
