import { GraphBuilder } from "@umpire/onnx/builder.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { Random } from "@umpire/onnx/random.ts";
import type { Layer, Parameter } from "./network.ts";

type Weights = () => { readonly weight: Tensor; readonly bias: Tensor };

/** Names values and weights as PyTorch's exporter does. */
class Network {
	readonly graph: GraphBuilder;
	#value: string;

	constructor(name: string, input: string, dims: readonly number[]) {
		this.graph = new GraphBuilder(name);
		this.#value = this.graph.input(input, "float32", dims);
	}

	gemm(name: string, weights: Weights, output?: string): this {
		return this.#add("Gemm", name, this.#constants(name, weights), { transB: 1 }, output);
	}

	convolution(name: string, weights: Weights, padding = 0): this {
		const { weight, bias } = weights();
		const attributes = {
			kernel_shape: weight.dims.slice(2),
			strides: [1, 1],
			pads: [padding, padding, padding, padding],
		};
		return this.#add(
			"Conv",
			name,
			this.#constants(name, () => ({ weight, bias })),
			attributes,
		);
	}

	relu(name: string): this {
		return this.#add("Relu", name, []);
	}

	pool(name: string): this {
		return this.#add("MaxPool", name, [], { kernel_shape: [2, 2], strides: [2, 2] });
	}

	flatten(): this {
		return this.#add("Flatten", "flatten", [], { axis: 1 });
	}

	finish(classes: number): Model {
		this.graph.output(this.#value, "float32", [1, classes]);
		return this.graph.model();
	}

	#constants(name: string, weights: Weights): string[] {
		const { weight, bias } = weights();
		return [this.graph.constant(`${name}.weight`, weight), this.graph.constant(`${name}.bias`, bias)];
	}

	#add(
		opType: string,
		name: string,
		constants: readonly string[],
		attributes: Parameters<GraphBuilder["node"]>[2] = {},
		output?: string,
	): this {
		const path = `/${name}/${opType}`;
		const outputs = [output ?? `${path}_output_0`];
		this.#value = this.graph.node(opType, [this.#value, ...constants], attributes, path, outputs);
		return this;
	}
}

function drawn(random: Random, dims: readonly number[]): Weights {
	return () => ({
		weight: random.heTensor(
			dims,
			dims.slice(1).reduce((a, b) => a * b, 1),
		),
		bias: random.normalTensor([dims[0]], 0.1),
	});
}

function trained([weight, bias]: readonly Parameter[]): Weights {
	const tensor = ({ dims, value }: Parameter): Tensor => ({
		type: "float32",
		dims,
		data: Float32Array.from(value),
	});
	return () => ({ weight: tensor(weight), bias: tensor(bias) });
}

/** The network of opML's and zk-OPML's DNN: 784-20-10, 15,910 parameters, with drawn weights. */
export function dnn(seed: number): Model {
	const random = new Random(seed);
	return dense("dnn", drawn(random, [20, 784]), drawn(random, [10, 20]));
}

/** The same network with the trained weights of `layers` (as mlp() of train-digits.ts makes them). */
export function digitClassifier(layers: readonly Layer[]): Model {
	const [fc1, fc2] = withParameters(layers);
	return dense("digits", trained(fc1), trained(fc2));
}

function dense(name: string, fc1: Weights, fc2: Weights): Model {
	return new Network(name, "image", [1, 784])
		.gemm("fc1", fc1)
		.relu("relu1")
		.gemm("fc2", fc2, "scores")
		.finish(10);
}

/** 64-32-10 with drawn weights, to be trained on 8 × 8 images of digits. */
export function optdigits(seed: number): Model {
	const random = new Random(seed);
	return new Network("optdigits", "pixels", [1, 64])
		.gemm("fc1", drawn(random, [32, 64]))
		.relu("relu1")
		.gemm("fc2", drawn(random, [10, 32]), "scores")
		.finish(10);
}

/** LeNet-5 (1998) with Relu and MaxPool on a 32 × 32 image, 61,706 parameters. */
export function leNet5(layers: readonly Layer[]): Model {
	const [conv1, conv2, fc1, fc2, fc3] = withParameters(layers).map(trained);
	return new Network("lenet-5", "image", [1, 1, 32, 32])
		.convolution("conv1", conv1)
		.relu("relu1")
		.pool("pool1")
		.convolution("conv2", conv2)
		.relu("relu2")
		.pool("pool2")
		.flatten()
		.gemm("fc1", fc1)
		.relu("relu3")
		.gemm("fc2", fc2)
		.relu("relu4")
		.gemm("fc3", fc3, "scores")
		.finish(10);
}

function withParameters(layers: readonly Layer[]): (readonly Parameter[])[] {
	return layers.map((layer) => layer.parameters).filter((parameters) => parameters.length > 0);
}

/** Channels of the convolutions of conv2d, two before each pooling. */
const CHANNELS = [32, 32, 64, 64, 64, 64, 96, 96, 128, 128];

/**
 * The operators of zk-OPML's "2d conv": 10 Conv, 5 MaxPool, 12 Relu, 3 Gemm and a Flatten on
 * 3 × 32 × 32, with drawn weights (the fourth pair of convolutions is narrower, to keep the file small).
 */
export function conv2d(seed: number): Model {
	const random = new Random(seed);
	const network = new Network("conv2d", "image", [1, 3, 32, 32]);
	for (const [at, channels] of CHANNELS.entries()) {
		const before = CHANNELS[at - 1] ?? 3;
		network.convolution(`conv${at + 1}`, drawn(random, [channels, before, 3, 3]), 1).relu(`relu${at + 1}`);
		if (at % 2 === 1) network.pool(`pool${(at + 1) / 2}`);
	}
	return network
		.flatten()
		.gemm("fc1", drawn(random, [128, 128]))
		.relu("relu11")
		.gemm("fc2", drawn(random, [64, 128]))
		.relu("relu12")
		.gemm("fc3", drawn(random, [10, 64]), "scores")
		.finish(10);
}
