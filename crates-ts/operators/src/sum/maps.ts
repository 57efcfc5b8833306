import { coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

/** Σ over `axes`, kept as size 1; the ones are indexed by the last of the reduced axes. */
export const sumMaps: MapsOf<"sum"> = (operator, [x, ones]) => {
	const axes = [...operator.form.axes].sort((a, b) => a - b);
	const digits = new Digits(
		operator,
		axes.map((axis) => ({ size: x.shape[axis], along: axis })),
		x.layout,
	);
	const positions = x.shape.map((_, axis) =>
		axes.includes(axis) ? digits.reduced(axes.indexOf(axis)) : digits.axis(axis),
	);
	return {
		digits,
		operands: [
			{ coordinates: coordinatesOf(x, positions) },
			{ coordinates: coordinatesOf(ones, [digits.reduced(axes.length - 1)]) },
		],
	};
};
