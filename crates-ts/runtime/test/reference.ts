import { toPhysical } from "@umpire/commitment/tensor.ts";
import { descriptorOf } from "@umpire/operators/descriptor.ts";
import type { Elements } from "@umpire/operators/program.ts";
import { elementValue } from "@umpire/operators/values.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { LEVELS } from "@umpire/runtime/onnxruntime.ts";
import { expect } from "vitest";
import type { Case } from "./arbitrary-case.ts";

/** What the access maps and the integer definition say of the last operator, element by element; physical order. */
export function reference({ program, inputs }: Case): number[] {
	const known: number[][] = [];
	for (const [index, operator] of program.operators.entries()) {
		const descriptor = descriptorOf(program, index);
		const operands = operator.operands.map(({ source, index: from }) => {
			if (source === "operator") return known[from];
			const spec = source === "constant" ? program.constants[from] : program.inputs[from];
			const data = source === "constant" ? program.constants[from].data : inputs[from];
			return toPhysical(data, spec.shape, spec.layout);
		});
		const fetch = (operand: number, element: number): number => operands[operand][element];
		known.push(
			Array.from({ length: descriptor.elements }, (_, element) =>
				elementValue(descriptor, element, fetch, operator.rescale?.rows),
			),
		);
	}
	return known.at(-1) ?? [];
}

/** onnxruntime gives the integer definition at every level of optimisation. */
export async function checkLevels(example: Case): Promise<void> {
	const expected = reference(example);
	const { shape, layout } = example.program.operators[example.program.outputs[0].operator];
	for (const level of LEVELS) {
		const session = await openSession(example.program, { record: "outputs", levels: [level], threads: 1 });
		const { outputs } = await session.run(example.inputs);
		await session.release();
		const found: Elements = toPhysical(outputs[0], shape, layout);
		expect(Array.from(found), `level ${level}`).toEqual(expected);
	}
}
