import { GraphBuilder } from "@umpire/onnx/builder.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { Random } from "@umpire/onnx/random.ts";

/** What a convolution of an image network does besides its channels. */
interface Convolution {
	readonly kernel: number;
	readonly stride?: number;
	readonly groups?: number;
	/** What the batch normalisation multiplies by; small at the end of a residual, so that sums do not grow. */
	readonly gain?: number;
}

/** A network of convolutions with batch normalisation over images [1, 3, size, size], weights seeded. */
class ImageNetwork {
	readonly graph: GraphBuilder;
	readonly #random: Random;
	readonly #channels = new Map<string, number>();

	constructor(name: string, seed: number) {
		this.graph = new GraphBuilder(name);
		this.#random = new Random(seed);
	}

	image(size: number): string {
		return this.#of(this.graph.input("input", "float32", [1, 3, size, size]), 3);
	}

	channels(value: string): number {
		return this.#channels.get(value)!;
	}

	/** Conv without bias and BatchNormalization, padded so that stride 1 keeps the size. */
	convolution(x: string, name: string, channels: number, options: Convolution): string {
		const { kernel, stride = 1, groups = 1, gain = 1 } = options;
		const fanIn = (this.channels(x) / groups) * kernel ** 2;
		const weights = this.#random.heTensor([channels, this.channels(x) / groups, kernel, kernel], fanIn);
		const pad = Math.floor(kernel / 2);
		const sum = this.graph.node(
			"Conv",
			[x, this.graph.constant(`${name}.0.weight`, weights)],
			{
				kernel_shape: [kernel, kernel],
				strides: [stride, stride],
				pads: [pad, pad, pad, pad],
				dilations: [1, 1],
				group: groups,
			},
			`/${name}/Conv`,
		);
		const statistics = [
			this.graph.constant(`${name}.1.weight`, this.#around(channels, gain, 0.2)),
			this.graph.constant(`${name}.1.bias`, this.#around(channels, 0, 0.1)),
			this.graph.constant(`${name}.1.running_mean`, this.#around(channels, 0, 0.1)),
			this.graph.constant(`${name}.1.running_var`, this.#around(channels, 1, 0.2)),
		];
		const normalised = this.graph.node(
			"BatchNormalization",
			[sum, ...statistics],
			{ epsilon: 1e-5 },
			`/${name}/BatchNormalization`,
		);
		return this.#of(normalised, channels);
	}

	/** A node that keeps the channels of its first operand. */
	apply(opType: string, operands: readonly string[], attributes = {}): string {
		return this.#of(this.graph.node(opType, operands, attributes), this.channels(operands[0]));
	}

	relu6(x: string): string {
		const bounds = ["low", "high"].map((side, i) => {
			const name = `${x}.${side}`;
			return this.graph.constant(name, { type: "float32", dims: [], data: Float32Array.of(6 * i) });
		});
		return this.apply("Clip", [x, ...bounds]);
	}

	/** Averages over all positions and classifies. */
	classify(x: string, classes: number): Model {
		const flat = this.graph.node("Flatten", [this.graph.node("GlobalAveragePool", [x])], { axis: 1 });
		const weights = this.#random.normalTensor([classes, this.channels(x)], 0.05);
		const operands = [flat, this.graph.constant("fc.weight", weights)];
		operands.push(this.graph.constant("fc.bias", this.#around(classes, 0, 0.05)));
		const output = this.graph.node("Gemm", operands, { transB: 1 }, "/fc/Gemm", ["output"]);
		this.graph.output(output, "float32", [1, classes]);
		return this.graph.model();
	}

	#around(count: number, centre: number, spread: number): Tensor {
		const data = Float32Array.from({ length: count }, () =>
			this.#random.uniform(centre - spread, centre + spread),
		);
		return { type: "float32", dims: [count], data };
	}

	#of(value: string, channels: number): string {
		this.#channels.set(value, channels);
		return value;
	}
}

/** Stages of inverted residuals: how much wider the middle is, channels, blocks, stride of the first. */
const MOBILE_STAGES = [
	[1, 16, 1, 1],
	[6, 24, 2, 2],
	[6, 32, 3, 2],
	[6, 64, 4, 2],
	[6, 96, 3, 1],
	[6, 160, 3, 2],
	[6, 320, 1, 1],
] as const;

export interface Size {
	/** Height and width of the image. */
	readonly image: number;
	/** Stages that are built. */
	readonly stages: number;
	readonly classes: number;
	readonly seed: number;
}

/** MobileNetV2 (Sandler et al. 2018) as torchvision has it; of full size with all seven stages. */
export function mobileNetV2({ image, stages, classes, seed }: Size): Model {
	const net = new ImageNetwork("mobilenet_v2", seed);
	let x = net.relu6(net.convolution(net.image(image), "features.0", 32, { kernel: 3, stride: 2 }));
	let block = 0;
	for (const [expansion, channels, blocks, first] of MOBILE_STAGES.slice(0, stages)) {
		for (let i = 0; i < blocks; i++) {
			const name = `features.${++block}`;
			const stride = i === 0 ? first : 1;
			const middle = net.channels(x) * expansion;
			let y = x;
			if (expansion > 1) y = net.relu6(net.convolution(x, `${name}.expand`, middle, { kernel: 1 }));
			y = net.relu6(net.convolution(y, `${name}.depthwise`, middle, { kernel: 3, stride, groups: middle }));
			const residual = stride === 1 && net.channels(x) === channels;
			y = net.convolution(y, `${name}.project`, channels, { kernel: 1, gain: residual ? 0.4 : 1 });
			x = residual ? net.apply("Add", [x, y]) : y;
		}
	}
	const last = net.relu6(net.convolution(x, "features.last", net.channels(x) * 4, { kernel: 1 }));
	return net.classify(last, classes);
}

/** Bottleneck blocks of each stage of ResNet-50. */
const RESNET_BLOCKS = [3, 4, 6, 3];

/** ResNet-50 (He et al. 2015), strides in the 3×3 convolutions as torchvision has them. */
export function resNet50({ image, stages, classes, seed }: Size): Model {
	const net = new ImageNetwork("resnet50", seed);
	const stem = net.apply("Relu", [net.convolution(net.image(image), "conv1", 64, { kernel: 7, stride: 2 })]);
	let x = net.apply("MaxPool", [stem], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
	for (const [stage, blocks] of RESNET_BLOCKS.slice(0, stages).entries()) {
		const width = 64 * 2 ** stage;
		for (let i = 0; i < blocks; i++) {
			const name = `layer${stage + 1}.${i}`;
			const stride = i === 0 && stage > 0 ? 2 : 1;
			let y = net.apply("Relu", [net.convolution(x, `${name}.conv1`, width, { kernel: 1 })]);
			y = net.apply("Relu", [net.convolution(y, `${name}.conv2`, width, { kernel: 3, stride })]);
			y = net.convolution(y, `${name}.conv3`, 4 * width, { kernel: 1, gain: 0.4 });
			const short =
				i === 0 ? net.convolution(x, `${name}.downsample`, 4 * width, { kernel: 1, stride, gain: 0.7 }) : x;
			x = net.apply("Relu", [net.apply("Add", [y, short])]);
		}
	}
	return net.classify(x, classes);
}

/** Input for an image network: numbers as normalised photographs have them. */
export function drawnImage(size: number, seed: number): Tensor {
	return new Random(seed).normalTensor([1, 3, size, size]);
}

/** As the networks were published, for ImageNet. */
export const FULL_SIZE: Size = { image: 224, stages: 7, classes: 1000, seed: 11 };
