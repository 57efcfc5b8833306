import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileFile, saveCompiled } from "../src/compile-file.ts";
import { outFile } from "../src/out-file.ts";

const folder = mkdtempSync(join(tmpdir(), "umpire-compile-"));
const model = join(folder, "small.onnx");
const samples = join(folder, "samples.csv");
const quiet = { bits: 16, progress: () => {} } as const;

/** Two outputs of an input whose batch is open. */
beforeAll(() => {
	const graph = new GraphBuilder("small");
	const x = graph.input("x", "float32", ["batch", 2]);
	const one = graph.constant("one", tensorFrom("float32", [2], [1, 2]));
	graph.output(graph.node("Mul", [x, one], {}, "/scores", ["scores"]), "float32", ["batch", 2]);
	graph.output(graph.node("Relu", [x], {}, "/hidden", ["hidden"]), "float32", ["batch", 2]);
	writeFileSync(model, writeModel(graph.model()));
	writeFileSync(samples, "x_0,x_1,label\n1,2,a\n-3,4,b\n5,-6,a\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("compiling a file", () => {
	it("warns of synthetic inputs, of a size that it chose, and of outputs that nobody claims", async () => {
		const { warnings } = await compileFile(model, quiet);
		expect(warnings).toEqual([
			expect.stringMatching(/synthetic inputs.*--calibrate/),
			expect.stringMatching(/Input "x" of \[batch, 2\] takes \[1, 2\] .*--shape x=1,2/),
			expect.stringMatching(/Claims state the output "scores" alone; "hidden" is computed/),
		]);
	});

	it("does not warn of what was given, and measures ranges on every row of a table", async () => {
		const { warnings, report } = await compileFile(model, {
			...quiet,
			calibrate: [samples],
			shape: ["x=1,2"],
		});
		expect(warnings).toEqual([expect.stringMatching(/^Claims state/)]);
		expect(report.calibration).toMatchObject({ sets: 3, synthetic: false });
	});

	it("writes to the file or into the folder that is named, and says before if it cannot", async () => {
		const compiled = await compileFile(model, quiet);
		const [file, inFolder] = [join(folder, "new", "here.onnx"), join(folder, "new", "folder")];
		expect(await saveCompiled(compiled, model, file)).toBe(file);
		expect(existsSync(file)).toBe(true);
		expect(await saveCompiled(compiled, model, inFolder)).toBe(join(inFolder, "small.umpire.onnx"));
		await expect(outFile(samples, "small")).rejects.toThrow(
			/samples.csv is a file: give a folder, or a name/,
		);
		await expect(outFile(join(samples, "x", "y.onnx"), "small")).rejects.toThrow(
			/cannot be written|is a file/,
		);
		await outFile(join(folder, "later", "still"), "small");
		expect(existsSync(join(folder, "later"))).toBe(false);
	});
});
