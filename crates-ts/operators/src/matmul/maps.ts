import { type Affine, coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";
import type { TensorSpec } from "../program.ts";

/** a […, m, k] · b […, k, n]; leading axes broadcast. */
export const matmulMaps: MapsOf<"matmul"> = (operator, [a, b]) => {
	const rank = operator.shape.length;
	const inner = a.shape.length - 1;
	const digits = new Digits(operator, [{ size: a.shape[inner], along: inner }], a.layout);
	const leading = (spec: TensorSpec): Affine[] =>
		spec.shape
			.slice(0, -2)
			.map((size, axis) => (size === 1 ? digits.constant(0) : digits.axis(axis + rank - spec.shape.length)));
	return {
		digits,
		operands: [
			{ coordinates: coordinatesOf(a, [...leading(a), digits.axis(rank - 2), digits.reduced(0)]) },
			{ coordinates: coordinatesOf(b, [...leading(b), digits.reduced(0), digits.axis(rank - 1)]) },
		],
	};
};
