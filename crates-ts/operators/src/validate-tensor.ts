import { WIDTHS } from "@umpire/commitment/constants.ts";
import { rangeOf, widthOf } from "@umpire/commitment/elements.ts";
import type { ConstantTensor, Rescale, TensorSpec } from "./program.ts";
import { ensure } from "./program-error.ts";
import { axisOf, isPermutation } from "./shape-rules.ts";
import { elementCount } from "./tensors.ts";

/** The rules of what a tensor declares: sizes, layout, width, range, scale. */
export function validateSpec(spec: TensorSpec): void {
	const { shape, layout, width, low, high, scale } = spec;
	ensure(WIDTHS.includes(width), `width ${width} is not 8, 16 or 32`);
	for (const size of shape) {
		ensure(
			Number.isSafeInteger(size) && size >= 1,
			`shape [${shape}] has a size that is not a positive integer`,
		);
	}
	ensure(
		isPermutation(layout, shape.length),
		`layout [${layout}] is not a permutation of the axes of [${shape}]`,
	);
	const range = rangeOf(width);
	ensure(
		Number.isInteger(low) && Number.isInteger(high) && range.low <= low && low <= high && high <= range.high,
		`range ${low} … ${high} is not one of integers of ${width} bits`,
	);
	ensure(Number.isFinite(scale) && scale > 0, `scale ${scale} is not a positive number`);
}

/** The data of a constant: its size, its array's width, its values within the declared range. */
export function validateConstant({ data, shape, width, low, high }: ConstantTensor): void {
	ensure(widthOf(data) === width, `its elements have ${widthOf(data)} bits, its width is ${width}`);
	const count = elementCount(shape);
	ensure(data.length === count, `it has ${data.length} elements, its shape [${shape}] has ${count}`);
	for (let i = 0; i < data.length; i++) {
		if (data[i] < low || data[i] > high) {
			ensure(false, `element ${i} is ${data[i]}, outside of its range ${low} … ${high}`);
		}
	}
}

const BIAS_LIMIT = 2n ** 62n;
const MAX_SHIFT = 40;

/** One row per position along the axes; every row within the bounds of the protocol. */
export function validateRescale({ rows, axes }: Rescale, shape: readonly number[]): void {
	ensure(
		new Set(axes).size === axes.length && axes.every((axis) => axisOf(axis, shape.length)),
		`rescale axes [${axes}] are not distinct axes of [${shape}]`,
	);
	const expected = elementCount(axes.map((axis) => shape[axis]));
	ensure(
		rows.length === expected,
		`it has ${rows.length} rescale rows; its axes [${axes}] have ${expected} positions`,
	);
	rows.forEach(({ bias, multiplier, shift }, index) => {
		const row = `rescale row ${index}`;
		ensure(
			Number.isInteger(multiplier) && multiplier >= 1 && multiplier < 2 ** 31,
			`${row}: multiplier ${multiplier} is not in 1 … 2^31 − 1`,
		);
		ensure(
			Number.isInteger(shift) && shift >= 1 && shift <= MAX_SHIFT,
			`${row}: shift ${shift} is not in 1 … ${MAX_SHIFT}`,
		);
		ensure(
			typeof bias === "bigint" && bias >= -BIAS_LIMIT && bias <= BIAS_LIMIT,
			`${row}: bias ${bias} is beyond ±2^62`,
		);
	});
}
