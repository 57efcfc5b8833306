import { toPhysical } from "@umpire/commitment/tensor.ts";
import type { Elements } from "@umpire/operators/program.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { LEVELS } from "@umpire/runtime/onnxruntime.ts";
import { definedValues } from "@umpire/testing/runtime/integer-definition.ts";
import { expect } from "vitest";
import type { Case } from "./arbitrary-case.ts";

/** What the integer definition says of the last operator; physical order. */
export const reference = ({ program, inputs }: Case): number[] => definedValues(program, inputs).at(-1) ?? [];

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
