import { add, coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

export const padMaps: MapsOf<"pad"> = (operator, [x]) => {
	const digits = new Digits(operator);
	const { begins, value } = operator.form;
	const positions = x.shape.map((_, axis) => add(digits.constant(-begins[axis]), digits.axis(axis)));
	return { digits, operands: [{ coordinates: coordinatesOf(x, positions), outside: value }] };
};
