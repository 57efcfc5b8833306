import type { Model } from "@umpire/onnx/model.ts";
import { TransformerGraph } from "./graph.ts";

export interface EncoderSizes {
	readonly vocabulary: number;
	readonly positions: number;
	readonly width: number;
	readonly heads: number;
	readonly inner: number;
	readonly layers: number;
	readonly batch: number;
	readonly length: number;
	/** Before 17, normalisations are written out. */
	readonly opset?: number;
	readonly seed?: number;
}

/**
 * BERT's encoder with GTE's head: embeddings of tokens, positions and types, layers that normalise
 * what they add up, and one unit vector per text, the mean over the places that the mask attends to.
 */
export function bert(sizes: EncoderSizes): Model {
	const { vocabulary, positions, width, heads, inner, layers, batch, length } = sizes;
	const g = new TransformerGraph("bert", sizes.opset ?? 17, sizes.seed ?? 1);
	const ids = g.builder.input("input_ids", "int64", [batch, length]);
	const mask = g.builder.input("attention_mask", "int64", [batch, length]);
	const words = g.node("Gather", [g.embedding("embeddings.word", vocabulary, width), ids]);
	const places = g.unsqueeze(g.range(g.size(ids, 1)), 0);
	const position = g.node("Gather", [g.parameter("embeddings.position", [positions, width], 0.5), places]);
	const type = g.node("Gather", [
		g.parameter("embeddings.type", [2, width], 0.3),
		g.node("Sub", [places, places]),
	]);
	const sum = g.node("Add", [g.node("Add", [words, type]), position]);
	let x = g.layerNorm(sum, "embeddings.norm", width, 1e-12);
	const bias = g.mask(x, mask, false);
	const square = { from: width, to: width };
	for (let layer = 0; layer < layers; layer++) {
		const name = `layers.${layer}`;
		const [q, k, v] = ["query", "key", "value"].map((role) => g.dense(x, `${name}.${role}`, square));
		const options = { width: width / heads, scale: 1 / Math.sqrt(width / heads), biases: [bias] };
		const context = g.attention(q, k, v, options);
		const attended = g.node("Add", [g.dense(context, `${name}.output`, square), x]);
		x = g.layerNorm(attended, `${name}.norm1`, width, 1e-12);
		const up = g.gelu(g.dense(x, `${name}.up`, { from: width, to: inner }));
		const down = g.dense(up, `${name}.down`, { from: inner, to: width });
		x = g.layerNorm(g.node("Add", [down, x]), `${name}.norm2`, width, 1e-12);
	}
	const attended = g.node("Cast", [mask], { to: 1 });
	const hidden = g.node("Where", [
		g.node("Not", [g.unsqueeze(g.node("Cast", [mask], { to: 9 }), 2)]),
		g.scalar(0),
		x,
	]);
	const total = g.node("ReduceSum", [hidden, g.ints(1)], { keepdims: 0 });
	const count = g.unsqueeze(g.node("ReduceSum", [attended, g.ints(1)], { keepdims: 0 }), 1);
	const mean = g.node("Div", [total, count]);
	const norm = g.node("ReduceL2", [mean], { axes: [1], keepdims: 1 });
	const least = g.node("Expand", [g.node("Clip", [norm, g.scalar(1e-12)]), g.node("Shape", [mean])]);
	g.builder.output(g.node("Div", [mean, least]));
	return g.builder.model();
}
