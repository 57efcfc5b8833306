import type { ConstantTensor, Operator, Program } from "@umpire/operators/program.ts";
import { ProgramError, validateProgram } from "@umpire/operators/validate.ts";
import { caseOf, FORM_TYPES } from "@umpire/testing/operators/arbitrary-operators.ts";
import { programOf } from "@umpire/testing/operators/programs.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("valid programs pass", () => {
	test.each(FORM_TYPES)("%s", (type) => {
		fc.assert(
			fc.property(fc.gen(), (g) => validateProgram(programOf(caseOf(g, type)))),
			{ numRuns: 100 },
		);
	});
});

const x = {
	name: "x",
	shape: [1, 2, 4, 4],
	layout: [0, 2, 3, 1],
	width: 8,
	low: -128,
	high: 127,
	scale: 1,
} as const;
const w: ConstantTensor = {
	...x,
	name: "w",
	shape: [3, 2, 3, 3],
	layout: [0, 2, 3, 1],
	data: new Int8Array(54),
};
const conv: Operator = {
	...x,
	shape: [1, 3, 2, 2],
	kind: "Dot",
	form: { type: "conv", strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 },
	operands: [
		{ source: "input", index: 0 },
		{ source: "constant", index: 0 },
	],
	rescale: { rows: [1n, 2n, 3n].map((bias) => ({ bias, multiplier: 1, shift: 1 })), axes: [1] },
	node: "/conv1/Conv",
	opType: "Conv",
};
const valid: Program = {
	name: "one convolution",
	steps: 1,
	inputs: [x],
	constants: [w],
	operators: [conv],
	outputs: [{ name: "y", operator: 0 }],
};
const withConv = (change: Partial<Operator>): Program => ({ ...valid, operators: [{ ...conv, ...change }] });
const row = (change: object) => [{ bias: 0n, multiplier: 1, shift: 1, ...change }];
const rows = (change: object): Program => withConv({ rescale: { rows: row(change), axes: [] } });

/** Adds what the input was in the last step. */
const carried = (ref: { index?: number; initial?: number }, change: Partial<Operator> = {}): Program => ({
	...valid,
	steps: 2,
	operators: [
		{
			...x,
			kind: "Add",
			form: { type: "linear", coefficients: [1, 1] },
			operands: [
				{ source: "input", index: 0 },
				{ source: "state", index: 0, initial: 0, ...ref },
			],
			rescale: { rows: row({}), axes: [] },
			node: "/add/Add",
			opType: "Add",
			...change,
		},
	],
});

describe("invalid programs are refused", () => {
	test("the examples themselves are valid", () => {
		validateProgram(valid);
		validateProgram(carried({}));
	});

	test.each<[string, Program, RegExp]>([
		["no steps", { ...valid, steps: 0 }, /0 steps/],
		["segments of one step", { ...valid, segment: 1 }, /at least 2/],
		["segments of half a step more", { ...valid, segment: 2.5 }, /at least 2/],
		["segments of 2^24 steps", { ...valid, segment: 2 ** 24 }, /at most 16777215/],
		["segments of a lazy program", { ...valid, lazy: true, segment: 2 }, /not both/],
		["a state of an operator that is not there", carried({ index: 1 }), /no state 1/],
		["a state that starts as nothing", carried({ initial: 1 }), /no input 1 for the first step/],
		["a state of another scale", carried({}, { scale: 2 }), /differ in shape, layout, width or scale/],
		["a state of another layout", carried({}, { layout: [0, 1, 2, 3] }), /differ in shape, layout/],
		["a state of another width", carried({}, { width: 16 }), /differ in shape, layout, width/],
		["no operators", { ...valid, operators: [], outputs: [] }, /no operators/],
		["no outputs", { ...valid, outputs: [] }, /no outputs/],
		[
			"an unknown output",
			{ ...valid, outputs: [{ name: "y", operator: 1 }] },
			/Output y refers to operator 1/,
		],
		["a wrong output shape", withConv({ shape: [1, 3, 3, 2] }), /spatial axis 0 has size 3/],
		["a wrong number of channels", withConv({ shape: [1, 4, 2, 2] }), /found \[1,4\], expected \[1,3\]/],
		["a kind of another form", withConv({ kind: "Add" }), /not of kind Add/],
		["a group that does not divide", withConv({ form: { ...conv.form, group: 2 } as never }), /2 groups/],
		["an unfinished layout", withConv({ layout: [0, 1, 2] }), /layout \[0,1,2\]/],
		["a layout that repeats", withConv({ layout: [0, 1, 2, 2] }), /not a permutation/],
		["a width of 7", withConv({ width: 7 as never }), /width 7/],
		["low above high", withConv({ low: 3, high: 2 }), /range 3 … 2/],
		["a range beyond the width", withConv({ high: 128 }), /8 bits/],
		["a size of 0", withConv({ shape: [1, 3, 0, 2] }), /not a positive integer/],
		["a tensor that is too large", withConv({ shape: [2 ** 16, 2 ** 15, 1, 2] }), /more than 1073741824/],
		[
			"too few rescale rows",
			withConv({ rescale: { rows: row({}), axes: [1] } }),
			/1 rescale rows.*3 positions/,
		],
		["no rescale rows", withConv({ rescale: undefined as never }), /needs rescale rows/],
		["a multiplier of 0", rows({ multiplier: 0 }), /multiplier 0/],
		["a multiplier of 2^31", rows({ multiplier: 2 ** 31 }), /multiplier 2147483648/],
		["a shift of 0", rows({ shift: 0 }), /shift 0/],
		["a shift of 41", rows({ shift: 41 }), /shift 41/],
		["a bias beyond 2^62", rows({ bias: 2n ** 62n + 1n }), /bias 4611686018427387905/],
		[
			"a reference to itself",
			withConv({ operands: [{ source: "operator", index: 0 }, conv.operands[1]] }),
			/does not come before/,
		],
		[
			"an unknown constant",
			withConv({ operands: [conv.operands[0], { source: "constant", index: 1 }] }),
			/no constant 1/,
		],
		["an unknown source", withConv({ operands: [{ source: 1 as never, index: 0 }] }), /unknown source 1/],
		["a missing operand", withConv({ operands: [conv.operands[0]] }), /1 operands; it takes 2 to 2/],
		["data of another size", { ...valid, constants: [{ ...w, data: new Int8Array(53) }] }, /53 elements/],
		["data of another width", { ...valid, constants: [{ ...w, data: new Int16Array(54) }] }, /16 bits/],
		["data out of range", { ...valid, constants: [{ ...w, low: 1 }] }, /constant 0 \(w\): element 0 is 0/],
		...(["strides", "pads", "dilations"] as const).map((name): [string, Program, RegExp] => [
			`${name} beyond 2^31`,
			withConv({ form: { ...conv.form, [name]: [2 ** 31 + 1, 0, 0, 0] } as never }),
			new RegExp(`${name} .* are not . integers in`),
		]),
	])("%s", (_, program, message) => {
		expect(() => validateProgram(program)).toThrow(ProgramError);
		expect(() => validateProgram(program)).toThrow(message);
	});

	const choice = (change: Partial<Operator>, operands: number[][]): Program => {
		const inputs = operands.map((shape, i) => ({
			...x,
			name: `x${i}`,
			shape,
			layout: shape.map((_, a) => a),
		}));
		const refs = operands.map((_, index) => ({ source: "input", index }) as const);
		const { rescale: _, ...plain } = conv;
		const { shape = conv.shape } = change;
		const operator = { ...plain, operands: refs, ...change, layout: shape.map((_, a) => a) };
		return { ...valid, inputs, operators: [operator] };
	};
	const quotient = (change: object) =>
		choice(
			{ kind: "Div", shape: [2], form: { type: "quotient", numerator: 1, rounding: "nearest", ...change } },
			[[2], [1]],
		);
	const argmax = (size: number, axis: number, last: unknown = true): Program => {
		const form = { type: "argmax", axis, selectLast: last as boolean } as const;
		return choice({ kind: "ArgMax", shape: [1], form }, [[size]]);
	};
	const gather = (type: "gather" | "gatherElements", axis: number, shape: number[], index: number[]) =>
		choice({ kind: "Gather", shape, form: { type, axis } }, [index, [4, 5]]);

	test.each<[string, Program, RegExp]>([
		["a numerator of 0", quotient({ numerator: 0 }), /numerator 0/],
		["a numerator beyond 2^48", quotient({ numerator: 2 ** 49 }), /numerator 562949953421312/],
		["an unknown rounding", quotient({ rounding: "up" }), /unknown rounding up/],
		["a rounding by the name of a method", quotient({ rounding: "toString" }), /unknown rounding toString/],
		[
			"rescale rows of a quotient",
			{ ...quotient({}), operators: [{ ...quotient({}).operators[0], rescale: conv.rescale! }] },
			/has no rescale rows/,
		],
		["an axis that is not there", argmax(5, 1), /axes \[1\]/],
		["positions beyond the width", argmax(129, 0), /positions up to 128/],
		["a cone that is too long", argmax(4097, 0), /./],
		["a truth value that is a number", argmax(5, 0, 1), /selectLast 1/],
		[
			"a choice of two",
			choice({ kind: "Select", shape: [2], form: { type: "select" } }, [[2], [2]]),
			/takes 3 to 3/,
		],
		[
			"a wrong shape of what is gathered",
			gather("gather", 0, [3, 4], [3]),
			/found \[3,4\], expected \[3,5\]/,
		],
		["gathering along an axis that is not there", gather("gather", 2, [3], [3]), /no axis 2/],
		["indices beyond the data", gather("gatherElements", 0, [2, 6], [2, 6]), /reaches beyond the data/],
		["indices of another rank", gather("gatherElements", 0, [2], [2]), /reaches beyond the data/],
	])("%s", (_, program, message) => {
		expect(() => validateProgram(program)).toThrow(message);
	});

	test("the examples without their faults", () => {
		for (const program of [
			quotient({}),
			argmax(128, 0),
			gather("gather", 0, [3, 5], [3]),
			gather("gatherElements", 0, [9, 5], [9, 5]),
		]) {
			validateProgram(program);
		}
	});

	test("messages name the operator by its index and its ONNX node", () => {
		expect(() => validateProgram(withConv({ layout: [] }))).toThrow(
			/^Invalid operator 0 \(Conv \/conv1\/Conv\): /,
		);
	});

	test("cones of more than 1024 parts", () => {
		const long = (size: number, columns = 2): Program => {
			const a = { ...x, shape: [1, size], layout: [0, 1] };
			const b: ConstantTensor = {
				...a,
				name: "b",
				shape: [size, columns],
				data: new Int8Array(columns * size),
			};
			const form = { type: "matmul" } as const;
			const rescale = { rows: row({}), axes: [] };
			const operator: Operator = { ...conv, shape: [1, columns], layout: [0, 1], form, rescale };
			return { ...valid, inputs: [a], constants: [b], operators: [operator] };
		};
		validateProgram(long(7_000));
		expect(() => validateProgram(long(7_000, 200))).toThrow(/parts, more than 1024/);
		expect(() => validateProgram(long(12_000))).toThrow(/may take 1200\d+ gas, more than 8000000/);
	});
});
