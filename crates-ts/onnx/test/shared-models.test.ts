import { existsSync, globSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { toNumbers } from "@umpire/onnx/element-types.ts";
import { OnnxError } from "@umpire/onnx/errors.ts";
import { createFloatSession, runFloat } from "@umpire/onnx/float-session.ts";
import { readExpected, readInputs } from "@umpire/onnx/input-files.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { describe, expect, test } from "vitest";

const folder = process.env.UMPIRE_MODELS ?? join(import.meta.dirname, "../../../../shared/models");
const present = existsSync(folder);
const models = (pattern: string) => globSync(pattern, { cwd: folder }).sort();
const unreadable = "ezkl/smallworm/network.onnx";

test("other people's models", () => {
	if (!present)
		console.warn("UMPIRE_MODELS names no folder of models: the tests of shared models do not run");
	else expect(models("**/*.onnx").length).toBeGreaterThan(0);
});

/** EZKL's examples without an input that fits: none at all, no model, or four inputs where the model has two. */
const WITHOUT_INPUT = new Set(["doodles", "smallworm"]);

function testModels(): void {
	test("smallworm is named as what it is", () => {
		expect(() => readModel(join(folder, unreadable))).toThrow(OnnxError);
		expect(() => readModel(join(folder, unreadable))).toThrow("a Git LFS pointer");
	});

	test.each(models("**/*.onnx").filter((path) => path !== unreadable))(
		"%s is read, written and accepted by onnxruntime",
		async (path) => {
			const model = readModel(join(folder, path));
			const bytes = writeModel(model);
			const again = readModel(bytes);
			expect(again).toEqual(model);
			const names = model.graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== "");
			await (await createFloatSession(again, { outputs: names, optimisation: "basic" })).release();
		},
	);

	test.each(globSync(join(folder, "onnx/**/test_data_set_*")).map((path) => [relative(folder, path)]))(
		"%s gives the expected output",
		async (set) => {
			const model = readModel(join(folder, dirname(set), "model.onnx"));
			const outputs = await runFloat(model, readInputs(join(folder, set), model.graph.inputs));
			for (const [name, wanted] of readExpected(join(folder, set), model.graph.outputs)!) {
				const found = outputs.get(name)!;
				expect([found.type, ...found.dims]).toEqual([wanted.type, ...wanted.dims]);
				const [a, b] = [toNumbers(found), toNumbers(wanted)];
				const scale = b.reduce((largest, value) => Math.max(largest, Math.abs(value) || 0), 1e-6);
				for (const [i, value] of b.entries())
					if (!Object.is(value, a[i]) && !(Math.abs(value - a[i]) <= 1e-5 * scale))
						throw new Error(`${name}[${i}] is ${a[i]}, expected ${value}`);
			}
		},
	);

	test.each(
		models("ezkl/*/network.onnx")
			.map((path) => dirname(path))
			.filter((path) => !WITHOUT_INPUT.has(basename(path))),
	)("%s runs on its input", async (path) => {
		const model = readModel(join(folder, path, "network.onnx"));
		const outputs = await runFloat(model, readInputs(join(folder, path, "input.json"), model.graph.inputs));
		expect([...outputs.keys()]).toEqual(model.graph.outputs.map((output) => output.name));
		const wanted = readExpected(join(folder, path, "input.json"), model.graph.outputs);
		for (const [name, tensor] of wanted ?? [])
			expect(outputs.get(name)?.data.length).toBe(tensor.data.length);
	});
}

if (present) describe("shared models", testModels);
