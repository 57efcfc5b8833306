import { emptyElements, rangeOf } from "@umpire/commitment/elements.ts";
import type { Elements, Form, Operator, Program, Row } from "@umpire/operators/program.ts";
import fc from "fast-check";
import type { Case } from "./arbitrary-case.ts";

/** Numbers around which arithmetic types, tables and clips change what they hold. */
const EDGES = [
	0,
	1,
	2,
	3,
	255,
	2 ** 15,
	2 ** 23 + 1,
	2 ** 24 - 1,
	2 ** 24,
	2 ** 24 + 1,
	2 ** 30 + 1,
	2 ** 31 - 1,
	2 ** 31,
];
const edge = fc.constantFrom(...EDGES, ...EDGES.map((value) => -value));
const bias = fc.oneof(
	fc.constantFrom(0n, 1n, -1n, 2n ** 31n, 2n ** 52n + 1n, -(2n ** 53n) - 1n, 2n ** 62n, -(2n ** 62n)),
	fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
);
const row: fc.Arbitrary<Row> = fc.record({
	bias,
	multiplier: fc.oneof(
		fc.constantFrom(1, 2, 3, 2 ** 23 + 1, 2 ** 24 - 1, 2 ** 24 + 1, 2 ** 31 - 1),
		fc.integer({ min: 1, max: 2 ** 31 - 1 }),
	),
	shift: fc.oneof(fc.constantFrom(1, 23, 24, 31, 40), fc.integer({ min: 1, max: 40 })),
});

/** What elements become: all the least, all the greatest, all zero, the corners at random, or as they were. */
const filling = fc.constantFrom("low", "high", "zero", "corners", "same", "same");

function filled(data: Elements, how: string, seed: number): Elements {
	if (how === "same") return data;
	const width = (data.BYTES_PER_ELEMENT * 8) as 8 | 16 | 32;
	const { low, high } = rangeOf(width);
	const result = emptyElements(width, data.length);
	let state = seed;
	for (let i = 0; i < data.length; i++) {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		const corner = [low, high, 0, 1, -1][(state >>> 16) % 5];
		result[i] = { low, high, zero: 0 }[how] ?? corner;
	}
	return result;
}

const extremeForm = (form: Form): fc.Arbitrary<Form> => {
	switch (form.type) {
		case "lookup":
			return fc.oneof(edge, fc.integer({ min: -(2 ** 31), max: 2 ** 31 })).map((base) => ({ ...form, base }));
		case "quotient":
			return fc
				.constantFrom(1, 2 ** 20, 2 ** 33 - 1, 2 ** 36, 2 ** 47, 2 ** 48)
				.map((numerator) => ({ ...form, numerator }));
		case "linear":
			return fc
				.array(edge, { minLength: form.coefficients.length, maxLength: form.coefficients.length })
				.map((coefficients) => ({ ...form, coefficients }));
		case "pad":
			return edge.map((value) => ({ ...form, value }));
		default:
			return fc.constant(form);
	}
};

/** A case with numbers at the ends of what a program may hold; whether it is valid and exact is asked afterwards. */
export const extreme = (example: Case): fc.Arbitrary<Case> => {
	const { program, inputs } = example;
	const [operator] = program.operators;
	const { low, high } = rangeOf(operator.width);
	const ends = fc.constantFrom(
		[low, high],
		[low, low],
		[high, high],
		[0, 0],
		[low, 0],
		[operator.low, operator.high],
	);
	const rows = operator.rescale?.rows.length ?? 0;
	return fc
		.record({
			form: fc.oneof(fc.constant(operator.form), extremeForm(operator.form)),
			rows: fc.option(fc.array(row, { minLength: rows, maxLength: rows })),
			ends,
			constants: fc.array(filling, {
				minLength: program.constants.length,
				maxLength: program.constants.length,
			}),
			inputs: fc.array(filling, { minLength: inputs.length, maxLength: inputs.length }),
			seed: fc.nat(),
		})
		.map((drawn) => {
			const rescale = operator.rescale && { ...operator.rescale, rows: drawn.rows ?? operator.rescale.rows };
			const changed: Operator = {
				...operator,
				form: drawn.form,
				low: drawn.ends[0],
				high: drawn.ends[1],
				...(rescale === undefined ? {} : { rescale }),
			};
			const constants = program.constants.map((constant, i) => ({
				...constant,
				...rangeOf(constant.width),
				data: filled(constant.data as never, drawn.constants[i], drawn.seed) as typeof constant.data,
			}));
			const made: Program = { ...program, operators: [changed], constants };
			return {
				program: made,
				inputs: inputs.map((data, i) => filled(data, drawn.inputs[i], drawn.seed + i)),
			};
		});
};
