import type { Model } from "@umpire/onnx/model.ts";
import { TransformerGraph } from "./graph.ts";

export interface DecoderSizes {
	readonly vocabulary: number;
	readonly width: number;
	readonly heads: number;
	readonly inner: number;
	readonly layers: number;
	readonly batch: number;
	readonly length: number;
	readonly seed?: number;
	/** Whether weights are drawn when they are asked for, and not kept: for models larger than memory. */
	readonly large?: boolean;
	/** The largest number of token 1's embedding: trained decoders have such activations at their first tokens. */
	readonly massive?: number;
}

/** GPT-2: learned positions, queries, keys and values in one product, GELU by tanh, tied logits. */
export function gpt(sizes: DecoderSizes): Model {
	const { vocabulary, width, heads, inner, layers, batch, length } = sizes;
	const g = new TransformerGraph("gpt", 17, sizes.seed ?? 1, sizes.large);
	const ids = g.builder.input("input_ids", "int64", [batch, length]);
	const mask = g.builder.input("attention_mask", "int64", [batch, length]);
	const tokens = g.embedding("wte.weight", vocabulary, width, sizes.massive);
	const places = g.unsqueeze(g.range(g.size(ids, 1)), 0);
	const position = g.node("Gather", [g.parameter("wpe.weight", [length, width], 0.3), places]);
	let x = g.node("Add", [g.node("Gather", [tokens, ids]), position]);
	const bias = g.mask(x, mask, true);
	for (let layer = 0; layer < layers; layer++) {
		const name = `h.${layer}`;
		const normed = g.layerNorm(x, `${name}.ln_1`, width);
		const flat = g.node("Reshape", [normed, g.shape(-1, width)]);
		const weight = g.parameter(`${name}.c_attn.weight`, [width, 3 * width], 1 / Math.sqrt(width));
		const gemm = g.node("Gemm", [flat, weight, g.parameter(`${name}.c_attn.bias`, [3 * width], 0.1)]);
		const shape = g.shape(g.size(normed, 0), g.size(normed, 1), 3 * width);
		const parts = g.node("Reshape", [gemm, shape]);
		const outputs = ["q", "k", "v"].map((part) => `${name}.${part}`);
		g.builder.node("Split", [parts, g.ints(width, width, width)], { axis: 2 }, `${name}/Split`, outputs);
		const [q, k, v] = outputs;
		const options = { width: width / heads, scale: 1 / Math.sqrt(width / heads), biases: [bias] };
		const context = g.attention(q, k, v, options);
		x = g.node("Add", [g.dense(context, `${name}.c_proj`, { from: width, to: width }), x]);
		const inside = g.layerNorm(x, `${name}.ln_2`, width);
		const up = g.geluTanh(g.dense(inside, `${name}.c_fc`, { from: width, to: inner }));
		x = g.node("Add", [x, g.dense(up, `${name}.mlp.c_proj`, { from: inner, to: width })]);
	}
	const last = g.layerNorm(x, "ln_f", width);
	const turned = g.node("Transpose", [tokens], { perm: [1, 0] });
	const logits = g.builder.node("MatMul", [last, turned], {}, "logits", ["logits"]);
	g.builder.output(logits, "float32", [batch, length, vocabulary]);
	return g.builder.model();
}

export interface LlamaSizes extends DecoderSizes {
	/** Heads of keys and values, each of which serves several of the queries. */
	readonly groups: number;
}

/** Llama: rotary positions, grouped queries, RMS normalisation, SwiGLU. */
export function llama(sizes: LlamaSizes): Model {
	const { vocabulary, width, heads, groups, inner, layers, batch, length } = sizes;
	const size = width / heads;
	const g = new TransformerGraph("llama", 17, sizes.seed ?? 1, sizes.large);
	const ids = g.builder.input("input_ids", "int64", [batch, length]);
	const mask = g.builder.input("attention_mask", "int64", [batch, length]);
	let x = g.node("Gather", [g.embedding("embed_tokens.weight", vocabulary, width, sizes.massive), ids]);
	const bias = g.mask(x, mask, true);

	const frequencies = Float32Array.from({ length: size / 2 }, (_, k) => 10000 ** ((-2 * k) / size));
	const inverse = g.builder.constant("inv_freq", {
		type: "float32",
		dims: [1, size / 2, 1],
		data: frequencies,
	});
	const places = g.node("Cast", [g.unsqueeze(g.range(g.size(ids, 1)), 0, 1)], { to: 1 });
	const angles = g.node("Transpose", [g.node("MatMul", [inverse, places])], { perm: [0, 2, 1] });
	const both = g.node("Concat", [angles, angles], { axis: -1 });
	const [cos, sin] = ["Cos", "Sin"].map((wave) => g.unsqueeze(g.node(wave, [both]), 1));
	const rotated = (y: string) => {
		const half = (start: number, end: number) =>
			g.node("Slice", [y, g.ints(start), g.ints(end), g.ints(3), g.ints(1)]);
		const turned = g.node("Concat", [g.node("Neg", [half(size / 2, 2 ** 40)]), half(0, size / 2)], {
			axis: -1,
		});
		return g.node("Add", [g.node("Mul", [y, cos]), g.node("Mul", [turned, sin])]);
	};
	/** [batch, groups, length, size] → [batch, heads, length, size]: every group as often as it has queries. */
	const repeated = (y: string) => {
		const shape = [0, 2].map((axis) => g.size(y, axis));
		const expanded = g.node("Expand", [
			g.unsqueeze(y, 2),
			g.shape(shape[0], groups, heads / groups, shape[1], size),
		]);
		return g.node("Reshape", [expanded, g.shape(shape[0], heads, shape[1], size)]);
	};

	for (let layer = 0; layer < layers; layer++) {
		const name = `layers.${layer}`;
		const plain = { from: width, to: width, bias: false };
		const normed = g.rmsNorm(x, `${name}.input_layernorm`, width);
		const q = g.dense(normed, `${name}.q_proj`, plain);
		const k = g.dense(normed, `${name}.k_proj`, { ...plain, to: groups * size });
		const v = g.dense(normed, `${name}.v_proj`, { ...plain, to: groups * size });
		const keys = repeated(rotated(g.heads(k, size)));
		const turned = g.node("Transpose", [keys], { perm: [0, 1, 3, 2] });
		const product = g.node("MatMul", [rotated(g.heads(q, size)), turned]);
		const scaled = g.node("Mul", [product, g.scalar(1 / Math.sqrt(size))]);
		const context = g.attended(g.node("Add", [scaled, bias]), repeated(g.heads(v, size)), q);
		x = g.node("Add", [x, g.dense(context, `${name}.o_proj`, plain)]);
		const inside = g.rmsNorm(x, `${name}.post_attention_layernorm`, width);
		const gate = g.silu(g.dense(inside, `${name}.gate_proj`, { ...plain, to: inner }));
		const up = g.dense(inside, `${name}.up_proj`, { ...plain, to: inner });
		const down = { from: inner, to: width, bias: false };
		x = g.node("Add", [x, g.dense(g.node("Mul", [gate, up]), `${name}.down_proj`, down)]);
	}
	const last = g.rmsNorm(x, "norm", width);
	g.builder.output(g.dense(last, "lm_head", { from: width, to: vocabulary, bias: false }));
	return g.builder.model();
}
