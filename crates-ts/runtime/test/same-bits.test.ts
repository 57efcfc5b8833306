import { writeModel } from "@umpire/onnx/write.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { LEVELS } from "@umpire/runtime/onnxruntime.ts";
import { executable } from "@umpire/runtime/program-model.ts";
import { definedValues } from "@umpire/testing/runtime/integer-definition.ts";
import { planPrograms } from "@umpire/testing/runtime/plan-programs.ts";
import { InferenceSession, Tensor } from "onnxruntime-web/wasm";
import { describe, expect, it } from "vitest";

describe.each(planPrograms())("$plan", ({ plan, program, inputs }) => {
	const expected = definedValues(program, inputs).at(-1);

	it("is what computes the program", () => {
		expect(exactnessOf(program).at(-1)?.plan).toContain(plan);
	});

	it.each(LEVELS.flatMap((level) => [1, 2].map((threads) => [level, threads] as const)))(
		"gives the numbers of the definition at level %s with %i threads",
		async (level, threads) => {
			for (const record of ["outputs", "trace"] as const) {
				const session = await openSession(program, { record, levels: [level], threads });
				const { outputs } = await session.run(inputs);
				await session.release();
				expect(Array.from(outputs[0])).toEqual(expected);
			}
		},
	);

	it("gives them in WebAssembly", async () => {
		const { model, inputs: names, operators } = executable(program);
		const session = await InferenceSession.create(writeModel(model), {
			executionProviders: ["wasm"],
			graphOptimizationLevel: "disabled",
			intraOpNumThreads: 1,
		});
		const feeds = {
			[names[0]]: new Tensor("float32", Float32Array.from(inputs[0]), program.inputs[0].shape),
		};
		const results = await session.run(feeds);
		await session.release();
		// −0 and 0 are one number.
		const numbers = Array.from(
			results[operators[program.outputs[0].operator]].data as Float32Array,
			(value) => value + 0,
		);
		expect(numbers).toEqual(expected);
	});
});
