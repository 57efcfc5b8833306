import { coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

/** One reduction digit: the position along `axis`, which is the number of the read. */
export const argmaxMaps: MapsOf<"argmax"> = (operator, [x]) => {
	const { axis, selectLast } = operator.form;
	const digits = new Digits(operator, [{ size: x.shape[axis], along: axis }], x.layout);
	const positions = x.shape.map((_, i) => (i === axis ? digits.reduced(0) : digits.axis(i)));
	return {
		digits,
		operands: [{ coordinates: coordinatesOf(x, positions) }],
		constants: [selectLast ? 1 : 0],
	};
};
