import { toPhysical } from "@umpire/commitment/tensor.ts";
import { descriptorOf } from "@umpire/operators/descriptor.ts";
import type { Elements } from "@umpire/operators/program.ts";
import { elementValue } from "@umpire/operators/values.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { LEVELS } from "@umpire/runtime/onnxruntime.ts";
import { expect } from "vitest";
import type { Case } from "./arbitrary-case.ts";

/** What the access maps and the integer definition say, element by element; physical order. */
export function reference({ program, inputs }: Case): number[] {
	const descriptor = descriptorOf(program, 0);
	const [operator] = program.operators;
	const operands = operator.operands.map(({ source, index }) => {
		const spec = source === "constant" ? program.constants[index] : program.inputs[index];
		const data = source === "constant" ? program.constants[index].data : inputs[index];
		return toPhysical(data, spec.shape, spec.layout);
	});
	const fetch = (operand: number, index: number): number => operands[operand][index];
	return Array.from({ length: descriptor.elements }, (_, element) =>
		elementValue(descriptor, element, fetch, operator.rescale?.rows),
	);
}

/** onnxruntime gives the integer definition at every level of optimisation. */
export async function checkLevels(example: Case): Promise<void> {
	const expected = reference(example);
	const [{ shape, layout }] = example.program.operators;
	for (const level of LEVELS) {
		const session = await openSession(example.program, { record: "outputs", levels: [level], threads: 1 });
		const { outputs } = await session.run(example.inputs);
		await session.release();
		const found: Elements = toPhysical(outputs[0], shape, layout);
		expect(Array.from(found), `level ${level}`).toEqual(expected);
	}
}
