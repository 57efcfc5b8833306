import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../src/limits.ts";
import type { Operator, Program, TensorSpec } from "../src/program.ts";
import { ProgramError, validateProgram } from "../src/validate.ts";

const spec = (shape: readonly number[]): TensorSpec => {
	return { shape, layout: shape.map((_, axis) => axis), width: 8, low: -128, high: 127, scale: 1 };
};

/** A program whose operators expand one element to tensors of a shape. */
function expanding(count: number, shape: readonly number[], steps = 1): Program {
	const operator: Operator = {
		...spec(shape),
		kind: "View",
		form: { type: "expand" },
		operands: [{ source: "input", index: 0 }],
		node: "expand",
		opType: "Expand",
	};
	return {
		name: "expand",
		steps,
		inputs: [{ name: "x", ...spec([1]) }],
		constants: [],
		operators: Array.from({ length: count }, () => operator),
		outputs: [{ name: "y", operator: 0 }],
	};
}

describe("what a program may ask for is bounded before any work is done", () => {
	test.each([
		["axes", expanding(1, [...Array<number>(4000).fill(1), 2])],
		["a million axes", expanding(1, Array<number>(1_000_000).fill(1))],
		["elements of all tensors of a step", expanding(1000, [2 ** 30])],
		["elements of one tensor", expanding(1, [2 ** 16, 2 ** 16])],
		["elements that are no number", expanding(1, [Number.NaN])],
		["elements of all steps", expanding(1, [2 ** 20], 2 ** 20)],
		["tensors of all steps", expanding(1000, [2], 2 ** 16)],
		["steps", expanding(1, [1], 2 ** 32 - 1)],
	])("%s", (_, program) => {
		expect(() => validateProgram(program)).toThrow(ProgramError);
	});

	test("by what the operator chooses; an ordinary program is far below", () => {
		const program = expanding(3, [4, 4]);
		validateProgram(program);
		expect(() => validateProgram(program, { ...DEFAULT_LIMITS, stepElements: 48 })).toThrow(
			/its tensors have 49 elements, more than 48/,
		);
		expect(() => validateProgram(program, { ...DEFAULT_LIMITS, rank: 1 })).toThrow(/2 axes, more than 1/);
		expect(() => validateProgram(program, { ...DEFAULT_LIMITS, operators: 2 })).toThrow(/3 operators/);
	});

	test.each(["constructor", "__proto__", "toString"])("and %s is no form", (type) => {
		const program = expanding(1, [2]);
		const [operator] = program.operators;
		const form = { type } as unknown as Operator["form"];
		expect(() => validateProgram({ ...program, operators: [{ ...operator, form }] })).toThrow(ProgramError);
	});
});
