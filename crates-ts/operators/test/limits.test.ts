import { describe, expect, it } from "vitest";
import { certify } from "../src/certificate/certify.ts";
import { beyond, DEFAULT_LIMITS, type Limits } from "../src/limits.ts";
import type { Form, Operator, Program, TensorSpec } from "../src/program.ts";
import { ProgramError, validateProgram } from "../src/validate.ts";

const spec = (shape: readonly number[]): TensorSpec => ({
	shape,
	layout: shape.map((_, axis) => axis),
	width: 8,
	low: -128,
	high: 127,
	scale: 1,
});

/** `count` operators alike, all of which read input 0. */
function program(
	x: readonly number[],
	shape: readonly number[],
	form: Form,
	{
		count = 1,
		steps = 1,
		operator = {},
	}: { count?: number; steps?: number; operator?: Partial<Operator> } = {},
): Program {
	const made: Operator = {
		...spec(shape),
		kind: "View",
		form,
		operands: [{ source: "input", index: 0 }],
		node: "node",
		opType: "Type",
		...operator,
	};
	return {
		name: "limits",
		steps,
		inputs: [{ ...spec(x), name: "x" }],
		constants: [],
		operators: Array.from({ length: count }, () => made),
		outputs: [{ name: "y", operator: 0 }],
	};
}

const ones = (rank: number): number[] => Array<number>(rank).fill(1);
const order = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis);
const transposed = (rank: number): Program =>
	program(ones(rank), ones(rank), { type: "transpose", permutation: order(rank) });
const flat = (rank: number): Program => program(ones(rank), ones(rank), { type: "reshape" });
const row = { bias: 0n, multiplier: 1, shift: 1 };
const product = (size: number, count = 1): Program => ({
	...program(
		[size, size],
		[size, size],
		{ type: "matmul" },
		{
			count,
			operator: {
				kind: "Dot",
				operands: [
					{ source: "input", index: 0 },
					{ source: "input", index: 1 },
				],
				rescale: { axes: [], rows: [row] },
			},
		},
	),
	inputs: [
		{ ...spec([size, size]), name: "a" },
		{ ...spec([size, size]), layout: [1, 0], name: "b" },
	],
});

describe("what a program may ask for is bounded before any work is done", () => {
	it.each<[what: string, program: Program, reason: RegExp]>([
		["4,001 axes", flat(4001), /^operator 0 has 4001 axes, more than 32/],
		["a million axes", flat(10 ** 6), /has 1000000 axes/],
		[
			"a list of a million numbers",
			program([1], [1], { type: "transpose", permutation: order(10 ** 6) }),
			/list of 1000000 numbers/,
		],
		[
			"a million axes in a layout",
			{ ...transposed(1), inputs: [{ ...spec([1]), layout: order(10 ** 6), name: "x" }] },
			/input 0 has 1000000 axes/,
		],
		[
			"a thousand operands too many",
			program(
				[1],
				[1],
				{ type: "concat", axis: 0 },
				{
					operator: {
						operands: Array.from({ length: 2000 }, () => ({ source: "input", index: 0 }) as const),
					},
				},
			),
			/has 2000 operands/,
		],
		["too many operators", program([1], [1], { type: "reshape" }, { count: 20_000 }), /has 20000 operators/],
		[
			"a tensor that fills the memory",
			program([1], [2 ** 31], { type: "expand" }),
			/operator 0 has 2147483648 elements/,
		],
		[
			"tensors that fill the memory together",
			program([1], [2 ** 26], { type: "expand" }, { count: 40 }),
			/its tensors have 2684354561 elements/,
		],
		[
			"1,000 tensors of 2^31 elements and 2^32 − 1 steps",
			program([1], [2 ** 31], { type: "expand" }, { count: 1000, steps: 2 ** 32 - 1 }),
			/more than/,
		],
		[
			"a trace of many steps",
			program([1], [2 ** 20], { type: "expand" }, { steps: 2 ** 20 }),
			/trace of 1048576 steps has 1099511627776 elements/,
		],
		[
			"a trace of many tensors",
			program([1], [1], { type: "reshape" }, { steps: 2 ** 32 - 1 }),
			/has 4294967295 tensors/,
		],
		[
			"more rescale rows than can be hashed",
			program(
				[2 ** 20 + 1],
				[2 ** 20 + 1],
				{ type: "linear", coefficients: [1] },
				{ operator: { kind: "Add", rescale: { axes: [0], rows: Array<typeof row>(2 ** 20 + 1).fill(row) } } },
			),
			/1048577 rescale rows/,
		],
		[
			"more products than can be computed",
			product(2 ** 13, 2),
			/its operators read 2199023255552 elements, more than/,
		],
	])("%s", (_, made, reason) => {
		expect(() => validateProgram(made)).toThrow(ProgramError);
		expect(() => validateProgram(made)).toThrow(reason);
	});

	const small: Record<keyof Limits, Program> = {
		rank: transposed(3),
		operators: program([1], [1], { type: "reshape" }, { count: 3 }),
		operands: program(
			[1],
			[2],
			{ type: "concat", axis: 0 },
			{
				operator: {
					operands: [
						{ source: "input", index: 0 },
						{ source: "input", index: 0 },
					],
				},
			},
		),
		tensorElements: program([1], [100], { type: "expand" }),
		stepElements: program([1], [100], { type: "expand" }),
		traceElements: program([1], [100], { type: "expand" }, { steps: 3 }),
		traceTensors: program([1], [1], { type: "reshape" }, { steps: 300 }),
		stepReads: product(8),
		traceReads: { ...product(8), steps: 3 },
		rows: program(
			[4],
			[4],
			{ type: "linear", coefficients: [1] },
			{ operator: { kind: "Add", rescale: { axes: [0], rows: [row, row, row, row] } } },
		),
		counting: product(8),
		fileBytes: transposed(1),
		descriptionLength: transposed(1),
	};
	// Files are bounded before they are programs, counting bounds work and refuses nothing by itself.
	const others: readonly (keyof Limits)[] = ["fileBytes", "descriptionLength", "counting"];

	it.each(Object.entries(small).filter(([name]) => !others.includes(name as keyof Limits)))(
		"by an operator's own %s, too",
		(name, made) => {
			expect(() => validateProgram(made)).not.toThrow();
			expect(() => validateProgram(made, { ...DEFAULT_LIMITS, [name]: 1 })).toThrow(
				/more than 1( \(--most-[a-z-]+\))?$/,
			);
		},
	);

	it("says which option raises it, where there is one", () => {
		const beyondOne = (name: keyof Limits) => () =>
			validateProgram(small[name], { ...DEFAULT_LIMITS, [name]: 1 });
		expect(beyondOne("stepElements")).toThrow(/more than 1 \(--most-elements\)$/);
		expect(beyondOne("traceReads")).toThrow(/more than 1 \(--most-reads\)$/);
		expect(beyondOne("rank")).toThrow(/more than 1$/);
		expect(beyond("it has 2 bytes", { ...DEFAULT_LIMITS, fileBytes: 1 }, "fileBytes")).toBe(
			"it has 2 bytes, more than 1 (--most-file-mib)",
		);
	});

	it("counts cones one by one only as long as all of them are few", () => {
		// Bounded by its length its cone has too many parts, counted it has 417.
		const long = { ...product(1), inputs: [spec([1, 155_000]), spec([155_000, 1])] };
		const named = { ...long, inputs: long.inputs.map((input, i) => ({ ...input, name: `x${i}` })) };
		expect(() => validateProgram(named)).not.toThrow();
		expect(() => validateProgram(named, { ...DEFAULT_LIMITS, counting: 1 })).toThrow(/cone has \d+ parts/);
	});
});

describe("what a program names", () => {
	it.each(["constructor", "toString", "__proto__", "Lookup", ""])("the form %s is unknown", (type) => {
		expect(() => validateProgram(program([4], [4], { type } as never))).toThrow(/its form is unknown/);
	});
});

describe("a table's index", () => {
	const table = (base: number, low: number, high: number): Program => ({
		...program(
			[4],
			[4],
			{ type: "lookup", base },
			{
				operator: {
					kind: "Gather",
					operands: [
						{ source: "input", index: 0 },
						{ source: "constant", index: 0 },
					],
				},
			},
		),
		inputs: [{ ...spec([4]), width: low < -128 ? 16 : 8, low, high, name: "x" }],
		constants: [{ ...spec([2]), name: "table", data: Int8Array.of(-128, 127) }],
	});
	it.each([
		["beside all that the operand can be", 2 ** 24 + 1],
		["as far as bases reach", 2 ** 31],
		["as far below", -(2 ** 31)],
		["within", 3],
	])("has a certificate whatever its base is: %s", (_, base) => {
		const wide = table(base, -(2 ** 15), 2 ** 15 - 1);
		validateProgram(wide);
		expect(certify(wide)).toHaveLength(1);
	});
});
