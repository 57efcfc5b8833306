import { coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

export const tileMaps: MapsOf<"tile"> = (operator, [x]) => {
	const digits = new Digits(operator);
	const positions = x.shape.map((size, axis) => ({ ...digits.axis(axis), modulus: size }));
	return { digits, operands: [{ coordinates: coordinatesOf(x, positions) }] };
};
