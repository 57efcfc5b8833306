import { coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

/** Index and output have one shape; the data is read at the output's position but for `axis`. */
export const gatherElementsMaps: MapsOf<"gatherElements"> = (operator, [index, data]) => {
	const { axis } = operator.form;
	const digits = new Digits(operator);
	const positions = data.shape.map((_, i) => (i === axis ? digits.constant(0) : digits.axis(i)));
	return {
		digits,
		operands: [
			{
				coordinates: coordinatesOf(
					index,
					index.shape.map((_, i) => digits.axis(i)),
				),
			},
			{ coordinates: coordinatesOf(data, positions), addressed: true },
		],
		constants: [axis, 0],
	};
};
