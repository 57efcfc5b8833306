import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { writeNpy } from "@umpire/onnx/npy.ts";
import { Random } from "@umpire/onnx/random.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { conv2d, digitClassifier, dnn, leNet5, optdigits } from "./models.ts";
import * as training from "./train-digits.ts";

/** Contents of files, by path below testdata/. */
export type Files = Map<string, Uint8Array | string>;

const SEED = {
	dnn: 1,
	conv2d: 2,
	training: 3,
	test: 4,
	mlp: 5,
	leNet5: 6,
	order: 7,
	inputs: 8,
	optdigits: 9,
};
/** Digits of the committed test set. */
export const TEST_DIGITS = 200;

/** The networks with drawn weights, and the test set: everything that takes no training. */
export async function drawnFiles(): Promise<Files> {
	const files: Files = new Map();
	const random = new Random(SEED.inputs);
	await addModel(files, "dnn", dnn(SEED.dnn), drawnInput(random, [1, 784], 0));
	await addModel(files, "conv2d", conv2d(SEED.conv2d), drawnInput(random, [1, 3, 32, 32], -1));
	files.set("optdigits/model.onnx", writeModel(optdigits(SEED.optdigits)));
	const { images, labels } = testSet();
	const pixels = Uint8Array.from(images.flatMap((image) => [...image]));
	files.set("digits/test-images.npy", writeNpy({ type: "uint8", dims: [images.length, 784], data: pixels }));
	files.set("digits/test-labels.npy", writeNpy({ type: "uint8", dims: [labels.length], data: labels }));
	return files;
}

/** The two classifiers, trained here, with a digit of each class as inputs. */
export async function trainedFiles(progress: (line: string) => void): Promise<Files> {
	const files: Files = new Map();
	const set = training.drawDigits(12_000, SEED.training);
	const unseen = training.drawDigits(2_000, SEED.test);
	const small = training.mlp(SEED.mlp);
	training.train(small, set, { padding: 0, epochs: 8, rate: 0.05, batch: 16, seed: SEED.order });
	progress(`digits: ${percent(training.accuracy(small, unseen, 0))} of 2,000 unseen digits right`);
	const large = training.leNet5(SEED.leNet5);
	const some = { images: set.images.slice(0, 4_000), labels: set.labels.subarray(0, 4_000) };
	training.train(large, some, { padding: 2, epochs: 2, rate: 0.02, batch: 16, seed: SEED.order });
	progress(`lenet-5: ${percent(training.accuracy(large, unseen, 2))} of 2,000 unseen digits right`);

	const model = digitClassifier(small);
	files.set("digits/model.onnx", writeModel(model));
	const { images } = testSet();
	for (let digit = 0; digit < 10; digit++)
		files.set(`digits/input-${digit}.json`, await inputJson(model, pixelTensor(images[digit], [1, 784], 0)));
	await addModel(files, "lenet-5", leNet5(large), pixelTensor(images[3], [1, 1, 32, 32], 2));
	return files;
}

/** The first digits of the unseen ones; digit k is at index k, k + 10, … */
function testSet(): training.DigitSet {
	return training.drawDigits(TEST_DIGITS, SEED.test);
}

async function addModel(files: Files, name: string, model: Model, input: Tensor): Promise<void> {
	files.set(`${name}.onnx`, writeModel(model));
	files.set(`${name}-input.json`, await inputJson(model, input));
}

async function inputJson(model: Model, input: Tensor): Promise<string> {
	const outputs = await runFloat(model, new Map([[model.graph.inputs[0].name, input]]));
	const output = [...outputs.values()][0].data as Float32Array;
	return `${JSON.stringify({
		input_data: [shortNumbers(input.data as Float32Array, 5)],
		output_data: [shortNumbers(output, 7)],
	})}\n`;
}

function shortNumbers(data: Float32Array, digits: number): number[] {
	return Array.from(data, (value) => Number(value.toPrecision(digits)));
}

function drawnInput(random: Random, dims: readonly number[], low: number): Tensor {
	const count = dims.reduce((a, b) => a * b, 1);
	const data = Float32Array.from({ length: count }, () => Number(random.uniform(low, 1).toFixed(4)));
	return { type: "float32", dims, data };
}

/** Pixels as the JSON file states them, so that the output is that of the file. */
function pixelTensor(image: Uint8Array, dims: readonly number[], padding: number): Tensor {
	const pixels = training.pixelsOf(image, padding);
	return { type: "float32", dims, data: Float32Array.from(pixels, (value) => Number(value.toPrecision(5))) };
}

function percent(share: number): string {
	return `${(100 * share).toFixed(2)} %`;
}
