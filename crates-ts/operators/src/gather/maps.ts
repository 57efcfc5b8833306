import { coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

/** The index has the output's axes from `axis` on; the data's coordinate `axis` is replaced by the index. */
export const gatherMaps: MapsOf<"gather"> = (operator, [index, data]) => {
	const { axis } = operator.form;
	const digits = new Digits(operator);
	const rank = index.shape.length;
	const positions = data.shape.map((_, i) => {
		if (i === axis) return digits.constant(0);
		return digits.axis(i < axis ? i : i + rank - 1);
	});
	return {
		digits,
		operands: [
			{
				coordinates: coordinatesOf(
					index,
					index.shape.map((_, i) => digits.axis(axis + i)),
				),
			},
			{ coordinates: coordinatesOf(data, positions), addressed: true },
		],
		constants: [axis, 0],
	};
};
