import { coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

/** The maximum over `axes`, kept as size 1. */
export const reduceMaps: MapsOf<"reduce"> = (operator, [x]) => {
	const { axes } = operator.form;
	const digits = new Digits(
		operator,
		axes.map((axis) => ({ size: x.shape[axis], along: axis })),
		x.layout,
	);
	const positions = x.shape.map((_, axis) =>
		axes.includes(axis) ? digits.reduced(axes.indexOf(axis)) : digits.axis(axis),
	);
	return { digits, operands: [{ coordinates: coordinatesOf(x, positions) }] };
};
