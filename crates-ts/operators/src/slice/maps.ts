import { add, coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

export const sliceMaps: MapsOf<"slice"> = (operator, [x]) => {
	const digits = new Digits(operator);
	const { starts, steps } = operator.form;
	const positions = x.shape.map((_, axis) =>
		add(digits.constant(starts[axis]), digits.axis(axis, steps[axis])),
	);
	return { digits, operands: [{ coordinates: coordinatesOf(x, positions) }] };
};
