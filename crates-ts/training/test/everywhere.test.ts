import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { saveProgram } from "@umpire/runtime/program-file.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { expect, test } from "vitest";
import type { Dataset } from "../src/step.ts";
import { compileStep, inputsOf } from "../src/training-program.ts";
import { blobs, classifier, drawn, stepOf } from "./toys.ts";

const SCRIPT = join(import.meta.dirname, "trace-root.ts");

/** A convolution, a pool and a layer: 1×6×6 to three classes. */
function convolutional(): Model {
	const g = new GraphBuilder("convolutional");
	const x = g.input("x", "float32", ["N", 1, 6, 6]);
	const filter = g.constant("filter", drawn([2, 1, 3, 3], 1, 0.5));
	const seen = g.node("Relu", [g.node("Conv", [x, filter], { kernel_shape: [3, 3] })]);
	const pooled = g.node("MaxPool", [seen], { kernel_shape: [2, 2], strides: [2, 2] });
	const weight = g.constant("weight", drawn([3, 8], 2, 0.5));
	const layer = [g.node("Flatten", [pooled]), weight, g.constant("bias", drawn([3], 3, 0.1))];
	g.output(g.node("Gemm", layer, { transB: 1 }), "float32", ["N", 3]);
	return g.model();
}

const IMAGES: Dataset = {
	rows: drawn([61, 1, 6, 6], 5),
	labels: tensorFrom(
		"int64",
		[61],
		Array.from({ length: 61 }, (_, k) => k % 3),
	),
};

test.each([
	["a network of layers with momentum", classifier(), blobs(61), "momentum"],
	["a convolutional network with Adam", convolutional(), IMAGES, "adam"],
] as const)(
	"%s has one trace: on one thread, on two, and in WebAssembly",
	async (_, model, data, optimiser) => {
		const { step } = await stepOf(model, data, { optimiser, steps: 4, rate: 0.05 });
		const { program } = await compileStep(step, "everywhere");
		const commitment = await commitProgram(program);
		const inputs = inputsOf(program, step.feed);
		const folder = await mkdtemp(join(tmpdir(), "umpire-everywhere-"));
		const [file, numbers] = [join(folder, "program.onnx"), join(folder, "inputs.json")];
		await saveProgram(program, file, commitment);
		await writeFile(numbers, JSON.stringify(inputs.map((elements) => [...elements])));
		const { stdout } = await promisify(execFile)(process.execPath, [
			"--conditions=browser",
			SCRIPT,
			file,
			numbers,
		]);
		await rm(folder, { recursive: true });
		const roots = [];
		for (const threads of [1, 2]) {
			const session = await openSession(program, { record: "trace", threads });
			expect(session.level).toBe("all");
			roots.push((await recordTrace(session, commitment, inputs)).traceRoot);
			await session.release();
		}
		// The WebAssembly runs the graph as it is written: level "disabled".
		expect(JSON.parse(stdout)).toEqual({ level: "disabled", traceRoot: roots[0] });
		expect(roots[1]).toBe(roots[0]);
	},
);
