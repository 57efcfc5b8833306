import type { Model } from "@umpire/onnx/model.ts";
import type { LlamaSizes } from "./decoder.ts";
import { TransformerGraph } from "./graph.ts";

/** ONNX's codes of element types, as Cast takes them. */
const INT64 = 7;
const FLOAT = 1;

/** What a step hands to the next: `--carry` of each. */
export function cachedLlamaCarry(layers: number): string[] {
	const caches = Array.from({ length: layers }, (_, layer) =>
		["key", "value"].map((role) => `${role}.${layer}`),
	);
	return [
		"next_token=token",
		"next_position=position",
		...caches.flat().map((name) => `present.${name}=past.${name}`),
	];
}

/**
 * One step of Llama with a cache of fixed length, as PyTorch exports it: a token [1, 1], its position [1] and past keys
 * and values [1, groups, length, size] become the likeliest next token, the next position and the cache with this
 * step's keys and values written at the position. Rotary positions, grouped queries, RMS normalisation, SwiGLU.
 */
export function cachedLlama(sizes: LlamaSizes): Model {
	const { vocabulary, width, heads, groups, inner, layers, length } = sizes;
	const size = width / heads;
	const g = new TransformerGraph("llama step", 17, sizes.seed ?? 1, sizes.large);
	const { builder } = g;
	const token = builder.input("token", "int64", [1, 1]);
	const position = builder.input("position", "int64", [1]);
	let x = g.node("Gather", [g.embedding("embed_tokens.weight", vocabulary, width, sizes.massive), token]);

	const places = g.node("Range", [g.whole(0), g.whole(length), g.whole(1)]);
	const later = g.node("Greater", [places, position]);
	const bias = g.node("Where", [later, g.scalar(-10000), g.scalar(0)]);
	const here = g.node("Reshape", [g.node("Equal", [places, position]), g.ints(length, 1)]);

	const frequencies = Float32Array.from({ length: size / 2 }, (_, k) => 10000 ** ((-2 * k) / size));
	const inverse = builder.constant("inv_freq", { type: "float32", dims: [1, size / 2], data: frequencies });
	const at = g.node("Cast", [g.unsqueeze(position, 1)], { to: FLOAT });
	const angles = g.node("MatMul", [at, inverse]);
	const both = g.node("Concat", [angles, angles], { axis: -1 });
	const [cos, sin] = ["Cos", "Sin"].map((wave) => g.unsqueeze(g.node(wave, [both]), 0));
	const rotated = (y: string) => {
		const half = (start: number, end: number) =>
			g.node("Slice", [y, g.ints(start), g.ints(end), g.ints(3), g.ints(1)]);
		const turned = g.node("Concat", [g.node("Neg", [half(size / 2, 2 ** 40)]), half(0, size / 2)], {
			axis: -1,
		});
		return g.node("Add", [g.node("Mul", [y, cos]), g.node("Mul", [turned, sin])]);
	};
	const presents: string[] = [];
	/** [1, groups, 1, size] → the cache with it at the position. */
	const remembered = (made: string, name: string) => {
		const past = builder.input(`past.${name}`, "float32", [1, groups, length, size]);
		const present = `present.${name}`;
		presents.push(present);
		return builder.node("Where", [here, made, past], {}, present, [present]);
	};
	/** [1, groups, length, size] → [1, heads, length, size]: every group as often as it has queries. */
	const repeated = (y: string) => {
		const expanded = g.node("Expand", [g.unsqueeze(y, 2), g.ints(1, groups, heads / groups, length, size)]);
		return g.node("Reshape", [expanded, g.ints(1, heads, length, size)]);
	};
	const split = (y: string, count: number) =>
		g.node("Transpose", [g.node("Reshape", [y, g.ints(1, 1, count, size)])], { perm: [0, 2, 1, 3] });

	for (let layer = 0; layer < layers; layer++) {
		const name = `layers.${layer}`;
		const plain = { from: width, to: width, bias: false };
		const normed = g.rmsNorm(x, `${name}.input_layernorm`, width);
		const q = split(g.dense(normed, `${name}.q_proj`, plain), heads);
		const k = split(g.dense(normed, `${name}.k_proj`, { ...plain, to: groups * size }), groups);
		const v = split(g.dense(normed, `${name}.v_proj`, { ...plain, to: groups * size }), groups);
		const keys = repeated(remembered(rotated(k), `key.${layer}`));
		const values = repeated(remembered(v, `value.${layer}`));
		const product = g.node("MatMul", [rotated(q), g.node("Transpose", [keys], { perm: [0, 1, 3, 2] })]);
		const scaled = g.node("Mul", [product, g.scalar(1 / Math.sqrt(size))]);
		const attended = g.node("Softmax", [g.node("Add", [scaled, bias])], { axis: -1 });
		const merged = g.node("Transpose", [g.node("MatMul", [attended, values])], { perm: [0, 2, 1, 3] });
		const context = g.node("Reshape", [merged, g.ints(1, 1, width)]);
		x = g.node("Add", [x, g.dense(context, `${name}.o_proj`, plain)]);
		const inside = g.rmsNorm(x, `${name}.post_attention_layernorm`, width);
		const gate = g.silu(g.dense(inside, `${name}.gate_proj`, { ...plain, to: inner }));
		const up = g.dense(inside, `${name}.up_proj`, { ...plain, to: inner });
		const down = { from: inner, to: width, bias: false };
		x = g.node("Add", [x, g.dense(g.node("Mul", [gate, up]), `${name}.down_proj`, down)]);
	}
	const last = g.rmsNorm(x, "norm", width);
	const logits = g.dense(last, "lm_head", { from: width, to: vocabulary, bias: false });
	const best = g.node("ArgMax", [logits], { axis: -1, keepdims: 0 });
	builder.output(builder.node("Cast", [best], { to: INT64 }, "next_token", ["next_token"]), "int64", [1, 1]);
	const next = builder.node("Add", [position, g.ints(1)], {}, "next_position", ["next_position"]);
	builder.output(next, "int64", [1]);
	for (const name of presents) builder.output(name, "float32", [1, groups, length, size]);
	return builder.model();
}
