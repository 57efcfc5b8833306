import { add, coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

/** Every piece is in bounds in its own stretch of the axis, and nowhere else. */
export const concatMaps: MapsOf<"concat"> = (operator, operands) => {
	const digits = new Digits(operator);
	let offset = 0;
	return {
		digits,
		operands: operands.map((spec) => {
			const start = offset;
			offset += spec.shape[operator.form.axis];
			const positions = spec.shape.map((_, axis) =>
				axis === operator.form.axis ? add(digits.constant(-start), digits.axis(axis)) : digits.axis(axis),
			);
			return { coordinates: coordinatesOf(spec, positions) };
		}),
	};
};
