import { seededRandom } from "@umpire/actors/random.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";

/** A network that is trained in the bench, with seeded weights: what it learns is not the matter, but its size. */
export interface TrainingModel {
	readonly name: string;
	readonly batch: number;
	/** Shape of one row. */
	readonly row: readonly number[];
	readonly build: () => Model;
}

/** Classes of all of them. */
export const CLASSES = 10;

export const TRAINING_MODELS: readonly TrainingModel[] = [
	{ name: "MLP 64-32-10", batch: 16, row: [64], build: () => mlp() },
	{ name: "LeNet-5", batch: 16, row: [1, 28, 28], build: () => leNet() },
	{ name: "transformer block", batch: 16, row: [16, 32], build: () => block(16, 32, 4) },
	{ name: "VGG-11, quarter width", batch: 16, row: [3, 32, 32], build: () => vgg(4) },
];

/** Writes layers whose weights are drawn as wide as their inputs allow. */
class Layers {
	readonly g: GraphBuilder;
	readonly #random = seededRandom(1);
	#count = 0;

	constructor(name: string) {
		this.g = new GraphBuilder(name);
	}

	#drawn(dims: readonly number[], fan: number): Tensor {
		const reach = Math.sqrt(6 / fan);
		const count = dims.reduce((a, b) => a * b, 1);
		const values = Array.from({ length: count }, () => reach * (2 * this.#random() - 1));
		return tensorFrom("float32", dims, values);
	}

	#parameter(what: string, value: Tensor): string {
		return this.g.constant(`${what}_${this.#count++}`, value);
	}

	bias = (size: number, value = 0): string =>
		this.#parameter("bias", tensorFrom("float32", [size], new Array<number>(size).fill(value)));

	dense(x: string, from: number, to: number): string {
		const w = this.#parameter("weight", this.#drawn([to, from], from));
		return this.g.node("Gemm", [x, w, this.bias(to)], { transB: 1 });
	}

	/** The same for every row of a sequence. */
	project(x: string, from: number, to: number): string {
		const w = this.#parameter("weight", this.#drawn([from, to], from));
		return this.g.node("Add", [this.g.node("MatMul", [x, w]), this.bias(to)]);
	}

	conv(x: string, from: number, to: number, kernel: number, pad: number): string {
		const w = this.#parameter("filter", this.#drawn([to, from, kernel, kernel], from * kernel * kernel));
		const attributes = { kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad] };
		return this.relu(this.g.node("Conv", [x, w, this.bias(to)], attributes));
	}

	relu = (x: string): string => this.g.node("Relu", [x]);
	pool = (x: string): string => this.g.node("MaxPool", [x], { kernel_shape: [2, 2], strides: [2, 2] });
	flat = (x: string): string => this.g.node("Flatten", [x]);

	norm(x: string, size: number): string {
		return this.g.node("LayerNormalization", [x, this.bias(size, 1), this.bias(size)]);
	}

	model(scores: string): Model {
		this.g.output(scores, "float32", ["N", CLASSES]);
		return this.g.model();
	}
}

function mlp(): Model {
	const l = new Layers("mlp");
	const x = l.g.input("x", "float32", ["N", 64]);
	return l.model(l.dense(l.relu(l.dense(x, 64, 32)), 32, CLASSES));
}

function leNet(): Model {
	const l = new Layers("lenet");
	const x = l.g.input("x", "float32", ["N", 1, 28, 28]);
	const a = l.pool(l.conv(x, 1, 6, 5, 2));
	const b = l.pool(l.conv(a, 6, 16, 5, 0));
	const c = l.relu(l.dense(l.flat(b), 16 * 5 * 5, 120));
	return l.model(l.dense(l.relu(l.dense(c, 120, 84)), 84, CLASSES));
}

/** VGG-11 for images of 32×32, its layers so many times narrower. */
function vgg(narrower: number): Model {
	const l = new Layers("vgg");
	let x = l.g.input("x", "float32", ["N", 3, 32, 32]);
	let from = 3;
	for (const block of [[64], [128], [256, 256], [512, 512], [512, 512]]) {
		for (const channels of block) {
			x = l.conv(x, from, channels / narrower, 3, 1);
			from = channels / narrower;
		}
		x = l.pool(x);
	}
	return l.model(l.dense(l.flat(x), from, CLASSES));
}

/** Attention and a layer four times as wide, each behind a norm and around a shortcut; the mean over the sequence is classified. */
function block(length: number, width: number, heads: number): Model {
	const l = new Layers("block");
	const { g } = l;
	const x = g.input("x", "float32", ["N", length, width]);
	const parts = g.ints("parts", [0, length, heads, width / heads]);
	const whole = g.ints("whole", [0, length, width]);
	const split = (y: string, perm: readonly number[]): string =>
		g.node("Transpose", [g.node("Reshape", [y, parts])], { perm });
	const n = l.norm(x, width);
	const q = split(l.project(n, width, width), [0, 2, 1, 3]);
	const k = split(l.project(n, width, width), [0, 2, 3, 1]);
	const v = split(l.project(n, width, width), [0, 2, 1, 3]);
	const scores = g.node("Mul", [g.node("MatMul", [q, k]), g.scalar("scale", 1 / Math.sqrt(width / heads))]);
	const mixed = g.node("MatMul", [g.node("Softmax", [scores], { axis: -1 }), v]);
	const merged = g.node("Reshape", [g.node("Transpose", [mixed], { perm: [0, 2, 1, 3] }), whole]);
	const y = g.node("Add", [x, l.project(merged, width, width)]);
	const inner = l.relu(l.project(l.norm(y, width), width, 4 * width));
	const z = g.node("Add", [y, l.project(inner, 4 * width, width)]);
	return l.model(l.dense(g.node("ReduceMean", [z], { axes: [1], keepdims: 0 }), width, CLASSES));
}
