import { join } from "node:path";
import { compile } from "@umpire/compiler/compile.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { readModel } from "@umpire/onnx/read.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { drawDigits, pixelsOf } from "../../../testdata/train-digits.ts";
import { openSession } from "../src/executable.ts";
import { dequantise, quantiseInput } from "../src/quantise.ts";

const folder = join(import.meta.dirname, "../../../testdata");
/** The seeds of testdata/files.ts: digits that the networks were trained on, and those that they have not seen. */
const TRAINING = { seed: 3, count: 20 };
const UNSEEN = 4;

const NETWORKS = [
	{ path: "digits/model.onnx", dims: [1, 784], padding: 0, count: 2000 },
	{ path: "lenet-5.onnx", dims: [1, 1, 32, 32], padding: 2, count: 500 },
];

describe.each(NETWORKS)("$path keeps its test accuracy", ({ path, dims, padding, count }) => {
	const model = readModel(join(folder, path));
	const [{ name }] = model.graph.inputs;
	const unseen = drawDigits(count, UNSEEN);
	const tensor = (image: Uint8Array): Tensor => ({
		...{ type: "float32", dims },
		data: Float32Array.from(pixelsOf(image, padding)),
	});
	const samples = drawDigits(TRAINING.count, TRAINING.seed).images.map((image) => [tensor(image)]);
	let float: number;

	/** Percent of the unseen digits that get their label. */
	async function accuracyOf(scores: (image: Tensor) => Promise<ArrayLike<number>>): Promise<number> {
		let right = 0;
		for (const [k, image] of unseen.images.entries()) {
			const all = Array.from(await scores(tensor(image)));
			if (all.indexOf(Math.max(...all)) === unseen.labels[k]) right += 1;
		}
		return (100 * right) / unseen.images.length;
	}

	beforeAll(async () => {
		const session = await createFloatSession(model);
		float = await accuracyOf(async (image) => {
			const [output] = (await session.run(new Map([[name, image]]))).values();
			return output.data as Float32Array;
		});
		await session.release();
		expect(float).toBeGreaterThan(99);
	});

	test.each([
		{ bits: 16, sets: 1, points: 0.2 },
		{ bits: 16, sets: TRAINING.count, points: 0.2 },
		{ bits: 8, sets: 1, points: 1 },
		{ bits: 8, sets: TRAINING.count, points: 1 },
	] as const)("$bits bits, calibrated on $sets: within $points points", async ({ bits, sets, points }) => {
		const { program } = await compile(model, { bits, inputs: samples.slice(0, sets) });
		const session = await openSession(program, { record: "outputs" });
		const [spec] = program.inputs;
		const accuracy = await accuracyOf(async (image) => {
			const { outputs } = await session.run([quantiseInput(image, spec).elements]);
			return dequantise(outputs[0], program.operators[program.outputs[0].operator]);
		});
		await session.release();
		expect(Math.abs(accuracy - float)).toBeLessThanOrEqual(points);
	});
});
