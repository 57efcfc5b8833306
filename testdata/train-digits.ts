import { Random } from "@umpire/onnx/random.ts";
import { accumulate, convolution, dense, descend, type Layer, maxPool, predict, relu } from "./network.ts";
import { renderDigit, SIDE } from "./render-digit.ts";

export interface DigitSet {
	/** 28 × 28 grey values each. */
	readonly images: readonly Uint8Array[];
	readonly labels: Uint8Array;
}

/** `count` digits, the labels in turn. */
export function drawDigits(count: number, seed: number): DigitSet {
	const random = new Random(seed);
	const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
	return { images: Array.from(labels, (label) => renderDigit(label, random)), labels };
}

/** Pixels 0 … 1, with a border of `padding` black pixels. */
export function pixelsOf(image: Uint8Array, padding = 0): Float64Array {
	const side = SIDE + 2 * padding;
	const pixels = new Float64Array(side * side);
	for (let y = 0; y < SIDE; y++)
		for (let x = 0; x < SIDE; x++) pixels[(y + padding) * side + x + padding] = image[y * SIDE + x] / 255;
	return pixels;
}

export function mlp(seed: number): Layer[] {
	const random = new Random(seed);
	return [dense(784, 20, random), relu(20), dense(20, 10, random)];
}

export function leNet5(seed: number): Layer[] {
	const random = new Random(seed);
	return [
		convolution(1, 32, 6, 5, random),
		relu(6 * 28 * 28),
		maxPool(6, 28),
		convolution(6, 14, 16, 5, random),
		relu(16 * 10 * 10),
		maxPool(16, 10),
		dense(400, 120, random),
		relu(120),
		dense(120, 84, random),
		relu(84),
		dense(84, 10, random),
	];
}

export interface TrainingPlan {
	readonly padding: number;
	readonly epochs: number;
	readonly rate: number;
	readonly batch: number;
	readonly seed: number;
}

/** Trains in place; the rate falls in a straight line to a tenth. */
export function train(layers: readonly Layer[], { images, labels }: DigitSet, plan: TrainingPlan): void {
	const random = new Random(plan.seed);
	const inputs = images.map((image) => pixelsOf(image, plan.padding));
	const order = Uint32Array.from(inputs, (_, i) => i);
	const steps = plan.epochs * Math.floor(order.length / plan.batch);
	let step = 0;
	for (let epoch = 0; epoch < plan.epochs; epoch++) {
		random.shuffle(order);
		for (let at = 0; at + plan.batch <= order.length; at += plan.batch) {
			for (const sample of order.subarray(at, at + plan.batch))
				accumulate(layers, inputs[sample], labels[sample]);
			descend(layers, plan.rate * (1 - (0.9 * step++) / steps), 0.9, plan.batch);
		}
	}
}

/** The share of digits that get their label. */
export function accuracy(layers: readonly Layer[], { images, labels }: DigitSet, padding: number): number {
	const right = images.filter((image, i) => {
		const scores = predict(layers, pixelsOf(image, padding));
		return scores.indexOf(scores.reduce((a, b) => Math.max(a, b))) === labels[i];
	});
	return right.length / images.length;
}
