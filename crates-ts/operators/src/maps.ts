import { stridesOf } from "@umpire/commitment/tensor.ts";
import type { Digits } from "./affine.ts";
import { definitionOf } from "./forms.ts";
import { mergeDigits } from "./merge-digits.ts";
import type { TensorSpec } from "./operator.ts";
import type { Operator } from "./program.ts";
import { mergeCoordinates } from "./simplify.ts";
import type { Coordinate } from "./structs.ts";

/** The access maps of an operator as its descriptor has them (protocol section 2). */
export interface Maps {
	readonly outputRadix: readonly number[];
	readonly reductionRadix: readonly number[];
	readonly operands: readonly { readonly coordinates: readonly Coordinate[]; readonly outside: number }[];
	/** Over the output digits alone; all fields are 0 if the operator has no rescale rows. */
	readonly row: Coordinate;
	readonly constants: readonly number[];
}

/** The `row` of kinds without φ. */
export const EMPTY_ROW: Coordinate = {
	base: 0,
	coefficients: [],
	divisor: 0,
	modulus: 0,
	size: 0,
	stride: 0,
};

/**
 * The access maps of one operator: element indices are physical (of the output's and the
 * operands' layouts), digits and coordinates as few as these rules give.
 */
export function mapsOf(operator: Operator, operands: readonly TensorSpec[]): Maps {
	const { digits, operands: reads, constants = [] } = definitionOf(operator.form).maps(operator, operands);
	const radix = [...digits.outputRadix, ...digits.reductionRadix];
	const merged = reads.map(({ coordinates, addressed = false }) =>
		addressed ? coordinates : mergeCoordinates(coordinates, radix),
	);
	const row = rowOf(operator, digits);
	const all = [...merged.flat(), ...(row === undefined ? [] : [row])];
	const output = mergeDigits(digits.outputRadix, all, 0);
	const reduction = mergeDigits(digits.reductionRadix, all, digits.outputRadix.length);
	// the run digit of a Dot is its last reduction digit: there must be one
	const reductionRadix = operator.kind === "Dot" && reduction.radix.length === 0 ? [1] : reduction.radix;
	const pad = reductionRadix.length - reduction.radix.length;
	const pick = (coordinate: Coordinate): Coordinate => ({
		...coordinate,
		coefficients: [...output.kept, ...reduction.kept]
			.map((place) => coordinate.coefficients[place])
			.concat(new Array<number>(pad).fill(0)),
	});
	return {
		outputRadix: output.radix,
		reductionRadix,
		operands: merged.map((coordinates, k) => ({
			coordinates: coordinates.map(pick),
			outside: reads[k].outside ?? 0,
		})),
		row:
			row === undefined
				? EMPTY_ROW
				: { ...row, coefficients: output.kept.map((place) => row.coefficients[place]) },
		constants,
	};
}

/** The row index as a coordinate: row-major over the rescale's logical axes. */
function rowOf(operator: Operator, digits: Digits): Coordinate | undefined {
	if (operator.rescale === undefined) return undefined;
	const { axes, rows } = operator.rescale;
	const strides = stridesOf(axes.map((axis) => operator.shape[axis]));
	const coefficients = digits
		.constant(0)
		.coefficients.map((_, j) =>
			axes.reduce((sum, axis, i) => sum + digits.axis(axis, strides[i]).coefficients[j], 0),
		);
	return { base: 0, coefficients, divisor: 1, modulus: 0, size: rows.length, stride: 1 };
}
