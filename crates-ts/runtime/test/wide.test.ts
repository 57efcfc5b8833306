import { wideOperators } from "@umpire/operators/wide.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { LEVELS } from "@umpire/runtime/onnxruntime.ts";
import { executableModel } from "@umpire/runtime/program-model.ts";
import { lenet, randomInput } from "@umpire/testing/runtime/networks.ts";
import { describe, expect, it } from "vitest";

const program = lenet(16);
const dense = program.operators.flatMap(({ form }, index) => (form.type === "matmul" ? [index] : []));

describe("wideOperators", () => {
	it("names the dense layers that only dense layers read", () => {
		expect([...wideOperators(program, new Set([dense[2]]))]).toEqual(dense.slice(0, 2));
		expect([...wideOperators(program, new Set(dense))]).toEqual([]);
	});

	it("leaves out what other kinds read as well", () => {
		const shape = program.operators[dense[0]].shape;
		const reader = { ...program.operators[dense[0] - 1], shape };
		const operands = [{ source: "operator", index: dense[0] } as const];
		const read = { ...program, operators: [...program.operators, { ...reader, operands }] };
		expect([...wideOperators(read, new Set())]).toEqual([dense[1]]);
	});

	it("keeps traces in the carriers of their widths", () => {
		const types = executableModel(program, "trace").graph.outputs.map(({ type }) => type);
		expect(new Set(types)).toEqual(new Set(["float32"]));
	});

	it.each(LEVELS)("computes the same numbers at level %s", async (level) => {
		const inputs = randomInput(program);
		const trace = await openSession(program, { record: "trace", levels: [level] });
		const outputs = await openSession(program, { record: "outputs", levels: [level] });
		expect((await outputs.run(inputs)).outputs).toEqual((await trace.run(inputs)).outputs);
		await Promise.all([trace.release(), outputs.release()]);
	});
});
