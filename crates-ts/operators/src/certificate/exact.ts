import type { ElementType } from "@umpire/onnx/model.ts";
import type { Cells } from "./abstract.ts";

/** Multiples of a unit are exact in a type while they stay below this many units. */
const UNITS: Partial<Record<ElementType, number>> = {
	float32: 2 ** 24,
	float64: 2 ** 53,
	uint8: 2 ** 8,
	uint16: 2 ** 16,
	int8: 2 ** 7,
	int16: 2 ** 15,
	int32: 2 ** 31,
	int64: 2 ** 53,
};

/** Units below which a floating type has fewer bits (subnormal numbers, which some machines flush to 0), and its end. */
const SPANS: Partial<Record<ElementType, { readonly least: number; readonly most: number }>> = {
	float32: { least: 2 ** -126, most: 2 ** 127 },
	float64: { least: 2 ** -1022, most: 2 ** 1023 },
};

/** The largest magnitude, in units, of one node's results, and what it has to stay below. */
export interface Reach {
	readonly bound: number;
	readonly limit: number;
}

/** How far a value reaches in its type. Sums and products of doubles are exact themselves as long as this passes. */
export function reachOf(cells: Cells, type: ElementType): Reach {
	const limit = UNITS[type];
	if (limit === undefined) throw new Error(`values of type ${type} are not known`);
	const isUnsigned = type.startsWith("uint");
	const isInteger = isUnsigned || type.startsWith("int");
	const span = SPANS[type];
	let bound = 0;
	for (let i = 0; i < cells.low.length; i++) {
		const most = Math.max(Math.abs(cells.low[i]), Math.abs(cells.high[i]));
		if (isInteger && cells.unit[i] < 1) throw new Error(`fractions in a tensor of ${type}`);
		if (isUnsigned && cells.low[i] < 0) throw new Error(`negative numbers in a tensor of ${type}`);
		// A whole number needs all its bits in an integer type, however round it is.
		const units = isInteger ? most : most / cells.unit[i];
		// What is no number is not below anything, whatever comes after it.
		const leaves = span !== undefined && most > 0 && !(cells.unit[i] >= span.least && most <= span.most);
		if (Number.isNaN(units) || leaves) return { bound: Number.POSITIVE_INFINITY, limit };
		if (units > bound) bound = units;
	}
	return { bound, limit };
}

export const isExact = ({ bound, limit }: Reach): boolean => bound < limit;
