import type { Width } from "@umpire/commitment/constants.ts";
import type { Form, Rounding } from "@umpire/operators/program.ts";
import fc from "fast-check";
import { type Case, caseOf, type Source } from "./arbitrary-case.ts";
import { rescaled, source } from "./arbitrary-dots.ts";
import { clips, shapes, sizeOf, span, specs } from "./arbitrary-tensors.ts";

const widths: fc.Arbitrary<Width> = fc.constantFrom<Width>(8, 16, 32);

/** Two shapes that broadcast, and what they give. */
const broadcast = fc
	.tuple(shapes(0, 4), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.integer({ min: 0, max: 4 }))
	.map(([shape, single, cut]) => {
		const a = shape.map((size, i) => (single[i] ? 1 : size));
		const b = shape.map((size, i) => (single[i + 4] ? 1 : size));
		const full = shape.map((_, i) => Math.max(a[i], b[i]));
		const short = b.slice(Math.min(cut, b.length)).length === 0 ? [] : b.slice(Math.min(cut, b.length));
		// What is cut off b must not have made the output larger.
		return { a: full.map((size, i) => (i < cut ? size : a[i])), b: short, shape: full };
	});

const factor = fc.oneof(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -70000, max: 70000 }));

export const linears: fc.Arbitrary<Case> = fc
	.record({ sides: broadcast, two: fc.boolean(), coefficients: fc.tuple(factor, factor), width: widths })
	.chain(({ sides: { a, b, shape }, two, coefficients, width }) => {
		const operands = two ? [source(a, width, false), source(b, width, true)] : [source(shape, width, false)];
		const form = { type: "linear", coefficients: coefficients.slice(0, operands.length) } as const;
		return rescaled("Add", form, shape, operands, [[], ...shape.map((_, i) => [i])]);
	});

/** Sums whose coefficients, biases and divisors share factors of two, down to those that round nothing. */
export const evenLinears: fc.Arbitrary<Case> = fc
	.record({
		shape: shapes(1, 3),
		coefficients: fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 2 }),
		factor: fc.integer({ min: 0, max: 6 }),
		biases: fc.array(fc.bigInt(-300n, 300n), { minLength: 2, maxLength: 2 }),
		shifts: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 2, maxLength: 2 }),
		multiplier: fc.integer({ min: 1, max: 6 }),
		odd: fc.boolean(),
		width: widths,
	})
	.chain(({ shape, coefficients, factor, biases, shifts, multiplier, odd, width }) => {
		const unit = 2 ** factor;
		const form = { type: "linear", coefficients: coefficients.map((c) => c * unit) } as const;
		const rows = biases.map((bias, k) => {
			return { bias: bias * BigInt(unit) + (odd ? 1n : 0n), multiplier, shift: shifts[k] };
		});
		const rescale = { axes: [0], rows: Array.from({ length: shape[0] }, (_, i) => rows[i % 2]) };
		const sources = fc.tuple(...coefficients.map(() => source(shape, width, false)));
		return fc
			.tuple(specs(shape, width), clips(width), sources)
			.map(([spec, clip, operands]) => caseOf({ kind: "Add", form, ...spec, ...clip, rescale }, operands));
	});

export const products: fc.Arbitrary<Case> = fc
	.record({
		sides: broadcast,
		width: fc.constantFrom<Width>(8, 16),
		other: fc.constantFrom<Width>(8, 16, 32),
	})
	.chain(({ sides: { a, b, shape }, width, other }) =>
		rescaled("Mul", { type: "product" }, shape, [source(a, width, false), source(b, other, false)], [[]]),
	);

/** An operator without rescaling. */
function plain(
	kind: "View" | "Max" | "Gather" | "Select" | "ArgMax",
	form: Form,
	shape: readonly number[],
	width: Width,
	operands: readonly fc.Arbitrary<Source>[],
): fc.Arbitrary<Case> {
	return fc
		.tuple(specs(shape, width), fc.tuple(...operands))
		.map(([spec, sources]) => caseOf({ kind, form, ...spec }, sources));
}

export const elementwises: fc.Arbitrary<Case> = fc
	.tuple(broadcast, widths)
	.chain(([{ a, b, shape }, width]) =>
		plain("Max", { type: "elementwise" }, shape, width, [source(a, width, false), source(b, width, true)]),
	);

export const reduces: fc.Arbitrary<Case> = fc.tuple(shapes(1, 4), widths).chain(([x, width]) =>
	fc
		.subarray(
			x.map((_, i) => i),
			{ minLength: 1 },
		)
		.chain((axes) =>
			plain(
				"Max",
				{ type: "reduce", axes },
				x.map((size, i) => (axes.includes(i) ? 1 : size)),
				width,
				[source(x, width, false)],
			),
		),
);

export const reshapes: fc.Arbitrary<Case> = fc.tuple(shapes(1, 4), widths).chain(([x, width]) =>
	fc.shuffledSubarray(x, { minLength: x.length }).chain((order) => {
		const [first = 1, second, ...rest] = order;
		const shape = second === undefined ? [1, first] : [first * second, ...rest];
		return plain("View", { type: "reshape" }, shape, width, [source(x, width, false)]);
	}),
);

export const transposes: fc.Arbitrary<Case> = fc.tuple(shapes(1, 4), widths).chain(([x, width]) =>
	fc
		.shuffledSubarray(
			x.map((_, i) => i),
			{ minLength: x.length },
		)
		.chain((permutation) =>
			plain(
				"View",
				{ type: "transpose", permutation },
				permutation.map((axis) => x[axis]),
				width,
				[source(x, width, false)],
			),
		),
);

export const slices: fc.Arbitrary<Case> = fc.tuple(shapes(1, 4, 7), widths).chain(([x, width]) =>
	fc
		.tuple(
			...x.map((size) =>
				fc
					.tuple(fc.nat(size - 1), fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.nat(6))
					.map(([start, step, back, wanted]) => {
						const room = Math.floor((back ? start : size - 1 - start) / step) + 1;
						return { start, step: back ? -step : step, count: Math.min(wanted + 1, room) };
					}),
			),
		)
		.chain((axes) => {
			const form: Form = { type: "slice", starts: axes.map((a) => a.start), steps: axes.map((a) => a.step) };
			return plain(
				"View",
				form,
				axes.map((a) => a.count),
				width,
				[source(x, width, false)],
			);
		}),
);

export const padded: fc.Arbitrary<Case> = fc.tuple(shapes(1, 4), widths).chain(([x, width]) => {
	const amount = fc.integer({ min: -3, max: 4 });
	return fc
		.tuple(
			fc.tuple(...x.map(() => fc.tuple(amount, amount))),
			fc.integer({ min: span(width).low, max: span(width).high }),
		)
		.map(([pads, value]) => ({
			value,
			begins: pads.map(([begin]) => begin),
			shape: x.map((size, i) => Math.max(1, size + pads[i][0] + pads[i][1])),
		}))
		.chain(({ value, begins, shape }) =>
			plain("View", { type: "pad", begins, value }, shape, width, [source(x, width, false)]),
		);
});

export const concats: fc.Arbitrary<Case> = fc
	.record({ x: shapes(1, 4), width: widths, sizes: shapes(1, 3), at: fc.nat(3) })
	.chain(({ x, width, sizes, at }) => {
		const axis = at % x.length;
		const piece = (size: number): number[] => x.map((s, i) => (i === axis ? size : s));
		const total = sizes.reduce((a, b) => a + b, 0);
		const operands = sizes.map((size, k) => source(piece(size), width, k === 1));
		return plain("View", { type: "concat", axis }, piece(total), width, operands);
	});

export const expands: fc.Arbitrary<Case> = fc
	.tuple(broadcast, widths)
	.chain(([{ b, shape }, width]) =>
		plain("View", { type: "expand" }, shape, width, [source(b, width, false)]),
	);

export const tiles: fc.Arbitrary<Case> = fc
	.tuple(shapes(1, 3), shapes(3, 3, 3), widths)
	.chain(([x, repeats, width]) =>
		plain(
			"View",
			{ type: "tile" },
			x.map((size, i) => size * repeats[i]),
			width,
			[source(x, width, false)],
		),
	);

export const dilates: fc.Arbitrary<Case> = fc
	.tuple(shapes(1, 3), shapes(3, 3, 3), widths)
	.chain(([x, repeats, width]) => {
		const steps = x.map((_, i) => repeats[i]);
		return plain(
			"View",
			{ type: "dilate", steps },
			x.map((size, i) => (size - 1) * steps[i] + 1),
			width,
			[source(x, width, false)],
		);
	});

export const lookups: fc.Arbitrary<Case> = fc
	.record({
		x: shapes(0, 3),
		width: widths,
		output: widths,
		entries: fc.integer({ min: 1, max: 300 }),
		base: fc.integer({ min: -200, max: 10 }),
	})
	.chain(({ x, width, output, entries, base }) =>
		plain("Gather", { type: "lookup", base }, x, output, [
			source(x, width, false),
			source([entries], output, true),
		]),
	);

/** Integers around 0 … size − 1: indices, conditions, divisors that are often 0. */
const near = (
	shape: readonly number[],
	width: Width,
	size: number,
	constant: boolean,
): fc.Arbitrary<Source> =>
	fc
		.tuple(source(shape, width, constant), fc.array(fc.integer({ min: -2, max: size + 1 })))
		.map(([operand, list]): Source => {
			return { ...operand, data: operand.data.map((value, i) => list[i] ?? Math.sign(value)) };
		});

export const gathers: fc.Arbitrary<Case> = fc
	.record({
		x: shapes(1, 4),
		index: shapes(0, 2),
		at: fc.nat(3),
		width: widths,
		indexWidth: widths,
		constant: fc.constantFrom("none", "data", "index"),
	})
	.chain(({ x, index, at, width, indexWidth, constant }) => {
		const axis = at % x.length;
		return plain("Gather", { type: "gather", axis }, x.toSpliced(axis, 1, ...index), width, [
			near(index, indexWidth, x[axis], constant === "index"),
			source(x, width, constant === "data"),
		]);
	});

export const elementGathers: fc.Arbitrary<Case> = fc
	.record({
		x: shapes(1, 4),
		cut: shapes(4, 4),
		at: fc.nat(3),
		width: widths,
		indexWidth: widths,
		constant: fc.boolean(),
	})
	.chain(({ x, cut, at, width, indexWidth, constant }) => {
		const axis = at % x.length;
		const shape = x.map((size, i) => (i === axis ? cut[i] : Math.min(size, cut[i])));
		return plain("Gather", { type: "gatherElements", axis }, shape, width, [
			near(shape, indexWidth, x[axis], false),
			source(x, width, constant),
		]);
	});

export const selects: fc.Arbitrary<Case> = fc
	.record({ sides: broadcast, width: widths, other: widths, constant: fc.boolean() })
	.chain(({ sides: { a, b, shape }, width, other, constant }) =>
		plain("Select", { type: "select" }, shape, width, [
			near(a, other, 2, false),
			source(b, width, constant),
			source(shape, width, !constant),
		]),
	);

/** Truth values that let numbers through or put something constant in their place, mostly 0. */
export const masks: fc.Arbitrary<Case> = fc
	.record({
		sides: broadcast,
		width: widths,
		other: fc.constantFrom(0, 0, 0, 1),
		most: fc.constantFrom(1, 1, 3),
		rest: fc.boolean(),
	})
	.chain(({ sides: { a, b, shape }, width, other, most, rest }) => {
		const flags = fc.array(fc.nat(most), { minLength: sizeOf(a), maxLength: sizeOf(a) });
		const condition = fc
			.tuple(specs(a, 8), flags)
			.map(([spec, data]): Source => ({ spec, data: Int8Array.from(data), constant: true }));
		const instead = source(rest ? [] : shape, width, true).map((one): Source => {
			return { ...one, data: one.data.map((_, i) => (i === 0 ? other : 0)) };
		});
		const chosen = source(rest ? shape : b, width, false);
		return plain("Select", { type: "select" }, shape, width, [condition, chosen, instead]);
	});

export const argmaxes: fc.Arbitrary<Case> = fc
	.record({
		x: shapes(1, 4, 6),
		at: fc.nat(3),
		width: widths,
		output: widths,
		selectLast: fc.boolean(),
		equal: fc.boolean(),
	})
	.chain(({ x, at, width, output, selectLast, equal }) => {
		const axis = at % x.length;
		const operand = equal ? near(x, width, 1, false) : source(x, width, false);
		return plain("ArgMax", { type: "argmax", axis, selectLast }, x.with(axis, 1), output, [operand]);
	});

const numerators = fc.oneof(
	fc.integer({ min: 1, max: 9 }),
	fc.integer({ min: 1, max: 2 ** 20 }),
	fc.integer({ min: 1, max: 2 ** 36 }),
);

export const quotients: fc.Arbitrary<Case> = fc
	.record({
		sides: broadcast,
		x: widths,
		y: widths,
		width: widths,
		numerator: numerators,
		rounding: fc.constantFrom<Rounding>("nearest", "zero", "floor"),
		small: fc.boolean(),
		constant: fc.boolean(),
	})
	.chain(({ sides: { a, b, shape }, x, y, width, numerator, rounding, small, constant }) =>
		fc
			.tuple(
				specs(shape, width),
				clips(width),
				source(a, x, false),
				small ? near(b, y, 2, constant) : source(b, y, constant),
			)
			.map(([spec, clip, ...sources]) =>
				caseOf({ kind: "Div", form: { type: "quotient", numerator, rounding }, ...spec, ...clip }, sources),
			),
	);

export const all = {
	linear: linears,
	"even linear": evenLinears,
	product: products,
	elementwise: elementwises,
	reduce: reduces,
	reshape: reshapes,
	transpose: transposes,
	slice: slices,
	pad: padded,
	concat: concats,
	expand: expands,
	tile: tiles,
	dilate: dilates,
	lookup: lookups,
	gather: gathers,
	gatherElements: elementGathers,
	quotient: quotients,
	select: selects,
	mask: masks,
	argmax: argmaxes,
};
