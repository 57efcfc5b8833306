import { broadcast, coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

/** The table's only coordinate is replaced by clip(x − base, 0, n − 1). */
export const lookupMaps: MapsOf<"lookup"> = (operator, [x, table]) => {
	const digits = new Digits(operator);
	return {
		digits,
		operands: [
			{ coordinates: broadcast(digits, operator.shape.length, x) },
			{ coordinates: coordinatesOf(table, [digits.constant(0)]), addressed: true },
		],
		// + 0: a base of 0 must not become −0
		constants: [0, 0 - operator.form.base],
	};
};
