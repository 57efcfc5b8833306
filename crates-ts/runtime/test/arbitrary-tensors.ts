import type { Width } from "@umpire/commitment/constants.ts";
import type { Elements, Rescale, Row, TensorSpec } from "@umpire/operators/program.ts";
import fc from "fast-check";

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export const span = (width: Width): { low: number; high: number } => ({
	low: -(2 ** (width - 1)),
	high: 2 ** (width - 1) - 1,
});

export function elementsOf(width: Width, values: readonly number[]): Elements {
	if (width === 8) return Int8Array.from(values);
	return width === 16 ? Int16Array.from(values) : Int32Array.from(values);
}

export const shapes = (min: number, max: number, largest = 4): fc.Arbitrary<number[]> =>
	fc.array(fc.integer({ min: 1, max: largest }), { minLength: min, maxLength: max });

/** A tensor's declaration with any permutation of its axes as layout. */
export const specs = (shape: readonly number[], width: Width): fc.Arbitrary<TensorSpec> => {
	const axes = shape.map((_, i) => i);
	return fc
		.shuffledSubarray(axes, { minLength: axes.length })
		.map((layout) => ({ shape, layout, width, ...span(width), scale: 1 }));
};

/** Elements of a width; half of them are its extremes or close to 0. */
export const values = (width: Width, count: number): fc.Arbitrary<Elements> => {
	const { low, high } = span(width);
	const value = fc.oneof(
		fc.integer({ min: low, max: high }),
		fc.constantFrom(low, high, low, high, 0, -1, 1, low + 1),
	);
	return fc.array(value, { minLength: count, maxLength: count }).map((list) => elementsOf(width, list));
};

/** What a rescaled operator declares: a clip range within its width. */
export const clips = (width: Width): fc.Arbitrary<{ low: number; high: number }> => {
	const { low, high } = span(width);
	return fc.oneof(
		fc.constant({ low, high }),
		fc.constant({ low: 0, high }),
		fc
			.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
			.map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) })),
	);
};

/** Rows along any of `choices` (lists of axes, in any order), from plain shifts to full multipliers and large biases. */
export const rescales = (
	shape: readonly number[],
	choices: readonly (readonly number[])[],
): fc.Arbitrary<Rescale> =>
	fc
		.constantFrom(...choices)
		.chain((list) => fc.shuffledSubarray([...list], { minLength: list.length }))
		.chain((axes) => {
			const count = axes.reduce((product, axis) => product * shape[axis], 1);
			const row: fc.Arbitrary<Row> = fc.record({
				bias: fc.oneof(fc.constant(0n), fc.bigInt(-3000n, 3000n), fc.bigInt(-(2n ** 34n), 2n ** 34n)),
				multiplier: fc.oneof(
					fc.constantFrom(1, 2, 3, 4),
					fc.integer({ min: 1, max: 255 }),
					fc.integer({ min: 2 ** 14, max: 2 ** 16 }),
				),
				shift: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 21 })),
			});
			const rows = fc.oneof(
				row.map((one) => Array.from({ length: count }, () => one)),
				fc.array(row, { minLength: count, maxLength: count }),
			);
			return rows.map((list) => ({ axes, rows: list }));
		});
