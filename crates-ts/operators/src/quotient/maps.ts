import { broadcast, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";
import { ROUNDING } from "../program.ts";

export const quotientMaps: MapsOf<"quotient"> = (operator, operands) => {
	const digits = new Digits(operator);
	return {
		digits,
		operands: operands.map((spec) => ({ coordinates: broadcast(digits, operator.shape.length, spec) })),
		constants: [operator.form.numerator, ROUNDING[operator.form.rounding]],
	};
};
