import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { saveProgram } from "@umpire/runtime/program-file.ts";
import { wasTried } from "@umpire/testing/runtime/was-tried.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileFile, saveCompiled } from "../src/compile-file.ts";
import { getInputFile, putInputFile } from "../src/input-exchange.ts";
import { outFile } from "../src/out-file.ts";
import { runProgram } from "../src/run-program.ts";

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
	it("chooses widths within an error budget only, and no others than its own", async () => {
		const wrong = [{ bits: 8 }, { weightBits: 7 }, { budget: { measure: "natural", most: 0 } }] as const;
		for (const option of wrong)
			await expect(compileFile(model, { ...quiet, fast: true, ...option })).rejects.toMatchObject({
				code: "OPTION",
			});
		const { report } = await compileFile(model, { ...quiet, fast: true });
		expect(report.budget).toMatchObject({ met: true });
	});

	it("has what it compiled loaded and run before it gives it to anybody", async () => {
		const { program, commitment } = await compileFile(model, quiet);
		expect(await wasTried(program, commitment.root)).toBe(true);
	});

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

	it("names the sample that is missing where the model does not say what becomes of it", async () => {
		const holes = join(folder, "holes.csv");
		writeFileSync(holes, "x_0,x_1\n1,2\n3,\n");
		await expect(compileFile(model, { ...quiet, calibrate: [holes] })).rejects.toThrow(
			/"x", element 1 is NaN, and the model does not say .*: give finite numbers/,
		);
	});

	it("tells why a model was refused that does say what becomes of it", async () => {
		const graph = new GraphBuilder("holes");
		const x = graph.input("x", "float32", [1, 2]);
		const isMissing = graph.node("Cast", [graph.node("IsNaN", [x])], { to: 1 });
		graph.output(graph.node("NonZero", [isMissing], {}, "/places", ["y"]), "int64", [2, "n"]);
		const places = join(folder, "places.onnx");
		writeFileSync(places, writeModel(graph.model()));
		const holes = join(folder, "some.csv");
		writeFileSync(holes, "1,2\n3,\n");
		await expect(compileFile(places, { ...quiet, calibrate: [holes] })).rejects.toThrow(/NonZero/);
	});

	it("is given NaN where the model says what becomes of it", async () => {
		const graph = new GraphBuilder("imputed");
		const x = graph.input("x", "float32", [1, 2]);
		const isMissing = graph.node("IsNaN", [x], {}, "/missing", ["missing"]);
		const mean = graph.constant("mean", tensorFrom("float32", [], [1.5]));
		graph.output(graph.node("Where", [isMissing, mean, x], {}, "/imputed", ["y"]), "float32", [1, 2]);
		const imputed = join(folder, "imputed.onnx");
		writeFileSync(imputed, writeModel(graph.model()));
		const holes = join(folder, "rows.csv");
		writeFileSync(holes, "1,2\n3,\n,-4\n");
		const { program, commitment } = await compileFile(imputed, { ...quiet, calibrate: [holes] });
		const file = join(folder, "imputed.umpire.onnx");
		await saveProgram(program, file, commitment);
		const row = join(folder, "row.csv");
		writeFileSync(row, ",2\n");
		const { outputs } = await runProgram(file, row, { strict: true, home: folder, warn: () => {} });
		const kept = { home: folder, warn: () => {} };
		const { inputsRoot } = await putInputFile(file, row, kept);
		for (const name of ["inputs.json", "inputs.bin"]) {
			const out = join(folder, name);
			expect(await getInputFile(file, inputsRoot, { ...kept, out })).toMatchObject({ place: out });
			expect((await putInputFile(file, out, kept)).inputsRoot).toBe(inputsRoot);
		}
		const [first, second] = outputs[0].values;
		expect([Math.abs(first - 1.5) < 0.01, Math.abs(second - 2) < 0.01]).toEqual([true, true]);
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
		// Where the system refuses although permissions allow it.
		if (existsSync("/proc/self"))
			await expect(outFile("/proc/x", "small")).rejects.toThrow(/\/proc\/x cannot be written/);
		expect(existsSync(join(folder, "later"))).toBe(false);
	});
});
