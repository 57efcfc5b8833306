import type { Width } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import { functionOf } from "@umpire/operators/functions.ts";
import type { Program, TensorSpec } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { requireRunnable } from "@umpire/runtime/runnable.ts";
import { definedValues } from "@umpire/testing/runtime/integer-definition.ts";
import { describe, expect, it } from "vitest";

const spec = (shape: readonly number[], width: Width): TensorSpec => ({
	shape,
	layout: shape.map((_, axis) => axis),
	width,
	...rangeOf(width),
	scale: 1,
});

interface Names {
	readonly inputs?: readonly [string, string];
	readonly constants?: readonly [string, string];
	readonly outputs?: readonly [string, string];
	readonly node?: string;
}

/** A table that one number is looked up in, and that number times a constant: bodies with constants of no axes. */
function programWith({
	inputs = ["x", "z"],
	constants = ["c", "d"],
	outputs = ["y", "w"],
	node,
}: Names): Program {
	return {
		name: "names",
		steps: 1,
		inputs: inputs.map((name) => ({ ...spec([], 16), name })),
		constants: [
			{ ...spec([5], 16), name: constants[0], data: Int16Array.of(10, 20, 30, 40, 50) },
			{ ...spec([], 16), name: constants[1], data: Int16Array.of(7) },
		],
		operators: [
			{
				...spec([], 16),
				kind: "Gather",
				form: { type: "lookup", base: -2 },
				operands: [
					{ source: "input", index: 0 },
					{ source: "constant", index: 0 },
				],
				node: node ?? "lookup",
				opType: "Lookup",
			},
			{
				...spec([], 32),
				kind: "Add",
				form: { type: "linear", coefficients: [3, 5] },
				operands: [
					{ source: "input", index: 1 },
					{ source: "constant", index: 1 },
				],
				rescale: { axes: [], rows: [{ bias: 0n, multiplier: 1, shift: 1 }] },
				node: node ?? "add",
				opType: "Add",
			},
		],
		outputs: outputs.map((name, operator) => ({ name, operator })),
	};
}

async function expectDefined(program: Program): Promise<void> {
	validateProgram(program);
	await requireRunnable(program, await commitProgram(program));
	const inputs = [Int16Array.of(1), Int16Array.of(-9)];
	const expected = definedValues(program, inputs);
	for (const record of ["outputs", "trace"] as const) {
		const session = await openSession(program, { record });
		const { outputs } = await session.run(inputs);
		await session.release();
		expect(outputs.map((output) => Array.from(output))).toEqual(expected);
	}
}

describe("what a program calls its tensors changes nothing of what is computed", () => {
	const plain = programWith({});
	const inlined = plain.operators.flatMap((_, index) => {
		const { name, nodes } = functionOf(plain, index, new Map());
		return nodes.flatMap(({ outputs }) => outputs.map((output) => `_inlfunc_${name}_${output}`));
	});

	it("names that onnxruntime gives to what it inlines", async () => {
		expect(inlined.length).toBeGreaterThan(10);
		for (const name of inlined) {
			await expectDefined(programWith({ inputs: [name, "z"] }));
			await expectDefined(programWith({ inputs: ["x", name] }));
			await expectDefined(programWith({ constants: ["c", name] }));
			await expectDefined(programWith({ outputs: [name, "w"] }));
		}
	});

	it.each([
		["that end early in C strings", "a\0b", "a\0c"],
		["that are one in UTF-8", "\ud800", "\ud801"],
		["that objects have", "__proto__", "constructor"],
		["of numbers", "1", "0"],
		["of a million characters", "a".repeat(2 ** 20), "b".repeat(2 ** 20)],
	])("names %s", async (_, first, second) => {
		const pair = [first, second] as const;
		await expectDefined(programWith({ inputs: pair }));
		await expectDefined(programWith({ constants: pair }));
		await expectDefined(programWith({ outputs: pair }));
		await expectDefined(programWith({ inputs: pair, constants: pair, outputs: pair, node: first }));
	});
});
