import type { ElementType } from "@umpire/onnx/model.ts";
import type { Cells } from "./abstract.ts";

/** Multiples of a unit are exact in a type while they stay below this many units. */
const UNITS: Partial<Record<ElementType, number>> = {
	float32: 2 ** 24,
	float64: 2 ** 53,
	int8: 2 ** 7,
	int16: 2 ** 15,
	int32: 2 ** 31,
	int64: 2 ** 53,
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
	const isInteger = type.startsWith("int");
	let bound = 0;
	for (let i = 0; i < cells.low.length; i++) {
		const most = Math.max(Math.abs(cells.low[i]), Math.abs(cells.high[i]));
		if (isInteger && cells.unit[i] < 1) throw new Error(`fractions in a tensor of ${type}`);
		// A whole number needs all its bits in an integer type, however round it is.
		const units = isInteger ? most : most / cells.unit[i];
		// What is no number is not below anything, whatever comes after it.
		if (Number.isNaN(units)) return { bound: Number.POSITIVE_INFINITY, limit };
		if (units > bound) bound = units;
	}
	return { bound, limit };
}

export const isExact = ({ bound, limit }: Reach): boolean => bound < limit;
