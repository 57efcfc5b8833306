import { exactnessOf } from "@umpire/operators/exactness.ts";
import type { Operator, Program } from "@umpire/operators/program.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { describe, expect, test } from "vitest";

/** A convolution of numbers from 0 to 32767 whose weights sum to the divisor: its result reaches just as far. */
function averaged(channels: number, kernel: number): Program {
	const size = channels * kernel * kernel;
	const weight = 2 ** 15 / size;
	const operator: Operator = {
		kind: "Dot",
		form: { type: "conv", strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], group: 1 },
		operands: [
			{ source: "input", index: 0 },
			{ source: "constant", index: 0 },
		],
		shape: [1, 1, 3, 3],
		layout: [0, 1, 2, 3],
		width: 16,
		low: 0,
		high: 32767,
		scale: 1,
		rescale: { rows: [{ bias: 0n, multiplier: 1, shift: 15 }], axes: [] },
		node: "/conv",
		opType: "Conv",
	};
	return {
		name: "averaged",
		steps: 1,
		inputs: [
			{
				name: "x",
				shape: [1, channels, kernel + 2, kernel + 2],
				layout: [0, 1, 2, 3],
				width: 16,
				low: 0,
				high: 32767,
				scale: 1,
			},
		],
		constants: [
			{
				name: "w",
				shape: [1, channels, kernel, kernel],
				layout: [0, 1, 2, 3],
				width: 16,
				low: weight,
				high: weight,
				scale: 1,
				data: new Int16Array(size).fill(weight),
			},
		],
		operators: [operator],
		outputs: [{ name: "y", operator: 0 }],
	};
}

describe("a convolution in limbs whose result reaches to the end of its range", () => {
	test.each([
		[8, 2],
		[8, 4],
		[32, 4],
		[128, 2],
	])("keeps its clip, and is proved: %i channels, kernel %i", (channels, kernel) => {
		const program = averaged(channels, kernel);
		validateProgram(program);
		const [{ plan }] = exactnessOf(program);
		expect(plan).not.toMatch(/rescaled by its weights/);
	});
});

test("a sum reads what counts nothing as exactly as it is", () => {
	const operator: Operator = {
		kind: "Add",
		form: { type: "linear", coefficients: [0] },
		operands: [{ source: "input", index: 0 }],
		shape: [4],
		layout: [0],
		width: 32,
		low: -9,
		high: 9,
		scale: 1,
		rescale: { rows: [{ bias: 5n, multiplier: 1, shift: 1 }], axes: [] },
		node: "/nothing",
		opType: "Add",
	};
	const program: Program = {
		name: "nothing",
		steps: 1,
		inputs: [
			{ name: "x", shape: [4], layout: [0], width: 32, low: 1 - 2 ** 31, high: 2 ** 31 - 1, scale: 1 },
		],
		constants: [],
		operators: [operator],
		outputs: [{ name: "y", operator: 0 }],
	};
	validateProgram(program);
	expect(exactnessOf(program)[0].plan).toMatch(/float64/);
});
