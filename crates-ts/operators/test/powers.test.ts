import { inputScales, validatePowers } from "@umpire/operators/powers.ts";
import { type InputTensor, isGivenAgain, type Program } from "@umpire/operators/program.ts";
import { signatureHash } from "@umpire/operators/signature.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { describe, expect, test } from "vitest";

const input: InputTensor = {
	name: "x",
	shape: [2, 3],
	layout: [0, 1],
	width: 16,
	low: -100,
	high: 100,
	scale: 0.5,
};
const powered = (shape: number[], exponents: number[]): InputTensor => ({
	...input,
	powers: { shape, exponents },
});
const program = (...inputs: InputTensor[]): Program => ({
	name: "copy",
	steps: 1,
	inputs,
	constants: [],
	operators: [
		{
			...input,
			kind: "View",
			form: { type: "reshape" },
			operands: [{ source: "input", index: 0 }],
			node: "copy",
			opType: "Identity",
		},
	],
	outputs: [{ name: "y", operator: 0 }],
});

describe("powers of an input", () => {
	test("broadcast to its shape", () => {
		expect([...inputScales(input)]).toEqual(new Array(6).fill(0.5));
		expect([...inputScales(powered([1, 3], [0, -1, 2]))]).toEqual([0.5, 0.25, 2, 0.5, 0.25, 2]);
		expect([...inputScales(powered([2, 1], [1, -1]))]).toEqual([1, 1, 1, 0.25, 0.25, 0.25]);
	});

	test("are valid if they fit, are whole, and leave a scale that float64 holds", () => {
		validateProgram(program(powered([1, 3], [0, -60, 60])));
		expect(() => validateProgram(program(powered([3], [0, 0, 0])))).toThrow(/input 0 .*does not broadcast/);
		expect(() => validatePowers(powered([3], [0, 0, 0]))).toThrow(/does not broadcast/);
		expect(() => validatePowers(powered([1, 2], [0, 0]))).toThrow(/does not broadcast/);
		expect(() => validatePowers(powered([1, 3], [0, 0]))).toThrow(/2 exponents/);
		expect(() => validatePowers(powered([1, 3], [0, 0.5, 0]))).toThrow(/whole numbers/);
		expect(() => validatePowers(powered([1, 3], [0, 257, 0]))).toThrow(/within ±256/);
		expect(() => validatePowers({ ...powered([1, 1], [-200]), scale: 1e-300 })).toThrow(/leaves float64/);
	});

	test("of what is carried from step to step are refused", () => {
		const state: Program = {
			...program(powered([1, 3], [0, 1, 2])),
			steps: 2,
			operators: [{ ...program(input).operators[0], operands: [{ source: "state", index: 0, initial: 0 }] }],
		};
		expect(() => validateProgram(state)).toThrow(/carried, has powers/);
	});

	test("are bound by the program's root, and nothing changes for programs without", () => {
		const [none, some] = [signatureHash(program(input)), signatureHash(program(powered([1, 3], [0, 1, 2])))];
		expect(none).toBe("0xb41ec0eb9b0834b6b4d697d6aecabee7d68d04b738678ca13fdbdb8bd7b5c6db");
		expect(some).not.toBe(none);
		expect(signatureHash(program(powered([1, 3], [0, 1, 3])))).not.toBe(some);
		expect(signatureHash(program(powered([1, 3], [0, 0, 0])))).not.toBe(none);
	});
});

test("an input of a name that an earlier one has is the same tensor again", () => {
	const inputs = [input, { ...input, name: "z" }, { ...input, scale: 0.01 }];
	expect(inputs.map((_, k) => isGivenAgain(inputs, k))).toEqual([false, false, true]);
});
