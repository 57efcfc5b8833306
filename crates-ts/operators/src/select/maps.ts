import { broadcast, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

export const selectMaps: MapsOf<"select"> = (operator, operands) => {
	const digits = new Digits(operator);
	return {
		digits,
		operands: operands.map((spec) => ({ coordinates: broadcast(digits, operator.shape.length, spec) })),
	};
};
