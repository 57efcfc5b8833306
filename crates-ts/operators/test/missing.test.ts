import { validateMissing } from "@umpire/operators/missing.ts";
import type { InputTensor, Program } from "@umpire/operators/program.ts";
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
const program = (missing?: readonly number[]): Program => ({
	name: "copy",
	steps: 1,
	inputs: [missing === undefined ? input : { ...input, missing }],
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

describe("the numbers that NaN is given as", () => {
	test("are one, or one for each place of the last axis, and negative", () => {
		validateProgram(program([-4]));
		validateProgram(program([-4, -8, -0.5]));
		expect(() => validateProgram(program([4]))).toThrow(/input 0 .*not negative/);
		const refused = (...missing: number[]) => expect(() => validateMissing({ ...input, missing }));
		refused(-4, -4).toThrow(/2 numbers for what is missing/);
		refused().toThrow(/0 numbers/);
		for (const value of [0, 4, Number.NaN, Number.NEGATIVE_INFINITY]) refused(value).toThrow(/not negative/);
	});

	test("of what is carried from step to step are refused", () => {
		const state: Program = {
			...program([-4]),
			steps: 2,
			operators: [{ ...program().operators[0], operands: [{ source: "state", index: 0, initial: 0 }] }],
		};
		expect(() => validateProgram(state)).toThrow(/carried, has numbers for what is missing/);
	});

	test("are bound by the program's root", () => {
		const roots = [undefined, [-4], [-4, -4, -4], [-8], [-4, -8, -4]].map((own) =>
			signatureHash(program(own)),
		);
		expect(new Set(roots).size).toBe(roots.length);
	});
});
