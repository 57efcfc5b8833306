import { coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";
import type { Coordinate } from "../program.ts";

/** Position p of an axis reads p / step, on condition that p is a multiple of step; between them 0. */
export const dilateMaps: MapsOf<"dilate"> = (operator, [x]) => {
	const digits = new Digits(operator);
	const { steps } = operator.form;
	const positions = x.shape.map((_, axis) => ({ ...digits.axis(axis), divisor: steps[axis] }));
	const conditions = steps.map(
		(step, axis): Coordinate => ({ ...digits.axis(axis), divisor: 1, modulus: step, size: 1, stride: 0 }),
	);
	return { digits, operands: [{ coordinates: [...coordinatesOf(x, positions), ...conditions] }] };
};
