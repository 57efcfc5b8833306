import { coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

export const transposeMaps: MapsOf<"transpose"> = (operator, [x]) => {
	const digits = new Digits(operator);
	const positions = x.shape.map((_, axis) => digits.axis(operator.form.permutation.indexOf(axis)));
	return { digits, operands: [{ coordinates: coordinatesOf(x, positions) }] };
};
