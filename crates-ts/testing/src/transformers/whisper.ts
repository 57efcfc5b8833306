import type { Model } from "@umpire/onnx/model.ts";
import { TransformerGraph } from "./graph.ts";

export interface WhisperSizes {
	readonly mels: number;
	readonly frames: number;
	readonly width: number;
	readonly heads: number;
	readonly inner: number;
	readonly layers: number;
	readonly seed?: number;
}

/** Whisper's fixed positions: sines and cosines of geometrically spaced frequencies. */
function sinusoids(length: number, width: number): Float32Array {
	const half = width / 2;
	const step = Math.log(10000) / (half - 1);
	return Float32Array.from({ length: length * width }, (_, i) => {
		const [place, channel] = [Math.floor(i / width), i % width];
		const angle = place * Math.exp(-step * (channel % half));
		return channel < half ? Math.sin(angle) : Math.cos(angle);
	});
}

/** Whisper's encoder of log-mel spectrograms [1, mels, frames]: two convolutions, the second of stride 2, then layers. */
export function whisperEncoder(sizes: WhisperSizes): Model {
	const { mels, frames, width, heads, inner, layers } = sizes;
	const g = new TransformerGraph("whisper", 17, sizes.seed ?? 1);
	const mel = g.builder.input("input_features", "float32", [1, mels, frames]);
	const conv = (x: string, name: string, channels: number, stride: number) => {
		const weight = g.parameter(`${name}.weight`, [width, channels, 3], 1 / Math.sqrt(3 * channels));
		const inputs = [x, weight, g.parameter(`${name}.bias`, [width], 0.1)];
		const window = { kernel_shape: [3], pads: [1, 1], dilations: [1], group: 1 };
		return g.gelu(g.node("Conv", inputs, { ...window, strides: [stride] }));
	};
	const features = conv(conv(mel, "conv1", mels, 1), "conv2", width, 2);
	const turned = g.node("Transpose", [features], { perm: [0, 2, 1] });
	const positions = g.builder.constant("embed_positions.weight", {
		type: "float32",
		dims: [frames / 2, width],
		data: sinusoids(frames / 2, width),
	});
	let x = g.node("Add", [turned, positions]);
	const square = { from: width, to: width };
	for (let layer = 0; layer < layers; layer++) {
		const name = `layers.${layer}`;
		const normed = g.layerNorm(x, `${name}.self_attn_layer_norm`, width);
		const scale = g.scalar(1 / Math.sqrt(width / heads));
		const q = g.node("Mul", [g.dense(normed, `${name}.q_proj`, square), scale]);
		const k = g.dense(normed, `${name}.k_proj`, { ...square, bias: false });
		const v = g.dense(normed, `${name}.v_proj`, square);
		const context = g.attention(q, k, v, { width: width / heads, scale: 1 });
		x = g.node("Add", [x, g.dense(context, `${name}.out_proj`, square)]);
		const inside = g.layerNorm(x, `${name}.final_layer_norm`, width);
		const up = g.gelu(g.dense(inside, `${name}.fc1`, { from: width, to: inner }));
		x = g.node("Add", [x, g.dense(up, `${name}.fc2`, { from: inner, to: width })]);
	}
	g.builder.output(g.layerNorm(x, "layer_norm", width));
	return g.builder.model();
}
