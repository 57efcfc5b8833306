import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tensorFrom, toNumbers } from "@umpire/onnx/element-types.ts";
import { createFloatSession, runFloat } from "@umpire/onnx/float-session.ts";
import { readExpected, readInputs } from "@umpire/onnx/input-files.ts";
import { readNpy } from "@umpire/onnx/npy.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "../../../testdata");

test.each([
	["dnn.onnx", "dnn-input.json", 3, 15_910],
	["lenet-5.onnx", "lenet-5-input.json", 12, 61_706],
	["conv2d.onnx", "conv2d-input.json", 31, 561_578],
	["digits/model.onnx", "digits/input-7.json", 3, 15_910],
])("%s gives the outputs stated beside its input", async (file, input, nodes, parameters) => {
	const { graph, ...rest } = readModel(join(folder, file));
	expect(graph.nodes.length).toBe(nodes);
	expect([...graph.initializers.values()].reduce((sum, { data }) => sum + data.length, 0)).toBe(parameters);
	const outputs = await runFloat({ graph, ...rest }, readInputs(join(folder, input), graph.inputs));
	const wanted = toNumbers(readExpected(join(folder, input), graph.outputs)!.get("scores")!);
	const scale = Math.max(...wanted.map(Math.abs));
	for (const [i, score] of toNumbers(outputs.get("scores")!).entries())
		expect(Math.abs(score - wanted[i]) / scale).toBeLessThan(1e-5);
});

test("the classifier classifies the test set", async () => {
	const images = toNumbers(readNpy(readFileSync(join(folder, "digits/test-images.npy"))));
	const labels = toNumbers(readNpy(readFileSync(join(folder, "digits/test-labels.npy"))));
	const session = await createFloatSession(readModel(join(folder, "digits/model.onnx")));
	let right = 0;
	for (const [i, label] of labels.entries()) {
		const pixels = images.subarray(784 * i, 784 * (i + 1)).map((grey) => grey / 255);
		const feeds = new Map([["image", tensorFrom("float32", [1, 784], pixels)]]);
		const scores = toNumbers((await session.run(feeds)).get("scores")!);
		if (scores.indexOf(Math.max(...scores)) === label) right++;
	}
	await session.release();
	expect(right / labels.length).toBeGreaterThan(0.97);
});

test("the files are as make.ts makes them", () => {
	execFileSync(process.execPath, [join(folder, "make.ts"), "--check"], { stdio: "pipe" });
});
