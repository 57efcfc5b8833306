import type { Model } from "@umpire/onnx/model.ts";
import { TransformerGraph } from "./graph.ts";

export interface T5Sizes {
	readonly vocabulary: number;
	readonly width: number;
	readonly heads: number;
	/** Of one head. */
	readonly headWidth: number;
	readonly inner: number;
	/** Of the encoder, and of the decoder. */
	readonly layers: number;
	readonly buckets: number;
	readonly farthest: number;
	readonly batch: number;
	readonly length: number;
	readonly decoded: number;
	readonly seed?: number;
}

/** The learned bias of attention by distance, as [1, heads, length, length]. */
function positionBias(g: TransformerGraph, x: string, name: string, sizes: T5Sizes, both: boolean): string {
	const { heads } = sizes;
	const buckets = both ? sizes.buckets / 2 : sizes.buckets;
	const exact = buckets / 2;
	const places = g.range(g.size(x, 1));
	const distance = g.node("Sub", [g.unsqueeze(places, 0), g.unsqueeze(places, 1)]);
	let start = g.whole(0);
	let far: string;
	if (both) {
		const later = g.node("Cast", [g.node("Greater", [distance, g.whole(0)])], { to: 7 });
		start = g.node("Add", [g.node("Mul", [later, g.whole(buckets)]), start]);
		far = g.node("Abs", [distance]);
	} else {
		const zeros = g.node("ConstantOfShape", [g.node("Shape", [distance])], {
			value: { type: "int64", dims: [1], data: BigInt64Array.of(0n) },
		});
		far = g.node("Neg", [g.node("Min", [distance, zeros])]);
	}
	const near = g.node("Less", [far, g.whole(exact)]);
	const ratio = g.node("Div", [g.node("Cast", [far], { to: 1 }), g.scalar(exact)]);
	const log = g.node("Div", [g.node("Log", [ratio]), g.scalar(Math.log(sizes.farthest / exact))]);
	const steps = g.node("Cast", [g.node("Mul", [log, g.scalar(buckets - exact)])], { to: 7 });
	const large = g.node("Add", [steps, g.whole(exact)]);
	const most = g.node("ConstantOfShape", [g.node("Shape", [large])], {
		value: { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(buckets - 1)) },
	});
	const bucket = g.node("Add", [start, g.node("Where", [near, far, g.node("Min", [large, most])])]);
	const table = g.parameter(`${name}.relative_attention_bias`, [sizes.buckets, heads], 1);
	return g.unsqueeze(g.node("Transpose", [g.node("Gather", [table, bucket])], { perm: [2, 0, 1] }), 0);
}

function block(
	g: TransformerGraph,
	x: string,
	name: string,
	sizes: T5Sizes,
	attend: (normed: string, name: string) => string,
): string {
	const { width, heads, headWidth } = sizes;
	const normed = g.rmsNorm(x, `${name}.layer_norm`, width);
	const output = { from: heads * headWidth, to: width, bias: false };
	return g.node("Add", [x, g.dense(attend(normed, name), `${name}.o`, output)]);
}

/** Scores are not scaled: the weights of q are small instead. */
function attention(
	g: TransformerGraph,
	q: string,
	memory: string,
	name: string,
	{ width, heads, headWidth }: T5Sizes,
	biases: readonly string[],
): string {
	const dense = { from: width, to: heads * headWidth, bias: false };
	return g.attention(
		g.dense(q, `${name}.q`, { ...dense, gain: 1 / Math.sqrt(headWidth) }),
		g.dense(memory, `${name}.k`, dense),
		g.dense(memory, `${name}.v`, dense),
		{ width: headWidth, scale: 1, biases },
	);
}

function feedForward(g: TransformerGraph, x: string, name: string, { width, inner }: T5Sizes): string {
	const normed = g.rmsNorm(x, `${name}.layer_norm`, width);
	const up = g.node("Relu", [g.dense(normed, `${name}.wi`, { from: width, to: inner, bias: false })]);
	return g.node("Add", [x, g.dense(up, `${name}.wo`, { from: inner, to: width, bias: false })]);
}

/** What the decoder looks at: the normalised states of the encoder's tokens. */
function encode(g: TransformerGraph, ids: string, mask: string, shared: string, sizes: T5Sizes): string {
	let x = g.node("Gather", [shared, ids]);
	const encoderMask = g.mask(x, mask, false);
	const encoderBias = positionBias(g, x, "encoder", sizes, true);
	for (let layer = 0; layer < sizes.layers; layer++) {
		const name = `encoder.${layer}`;
		x = block(g, x, `${name}.self`, sizes, (normed, own) =>
			attention(g, normed, normed, own, sizes, [encoderBias, encoderMask]),
		);
		x = feedForward(g, x, `${name}.ff`, sizes);
	}
	return g.rmsNorm(x, "encoder.final_layer_norm", sizes.width);
}

/** T5's encoder by itself, as models of sentences use it. */
export function t5Encoder(sizes: Omit<T5Sizes, "decoded">): Model {
	const { vocabulary, width, batch, length } = sizes;
	const g = new TransformerGraph("t5-encoder", 17, sizes.seed ?? 1);
	const ids = g.builder.input("input_ids", "int64", [batch, length]);
	const mask = g.builder.input("attention_mask", "int64", [batch, length]);
	const shared = g.embedding("shared.weight", vocabulary, width);
	g.builder.output(encode(g, ids, mask, shared, { ...sizes, decoded: 0 }));
	return g.builder.model();
}

/** T5: an encoder, a decoder that looks at it, one embedding for both and for the logits. */
export function t5(sizes: T5Sizes): Model {
	const { vocabulary, width, layers, batch, length, decoded } = sizes;
	const g = new TransformerGraph("t5", 17, sizes.seed ?? 1);
	const ids = g.builder.input("input_ids", "int64", [batch, length]);
	const mask = g.builder.input("attention_mask", "int64", [batch, length]);
	const previous = g.builder.input("decoder_input_ids", "int64", [batch, decoded]);
	const shared = g.embedding("shared.weight", vocabulary, width);
	const memory = encode(g, ids, mask, shared, sizes);

	let y = g.node("Gather", [shared, previous]);
	const all = g.node("ConstantOfShape", [g.node("Shape", [previous])], {
		value: { type: "int64", dims: [1], data: BigInt64Array.of(1n) },
	});
	const decoderMask = g.mask(y, all, true);
	const decoderBias = positionBias(g, y, "decoder", sizes, false);
	const crossMask = g.mask(y, mask, false);
	for (let layer = 0; layer < layers; layer++) {
		const name = `decoder.${layer}`;
		y = block(g, y, `${name}.self`, sizes, (normed, own) =>
			attention(g, normed, normed, own, sizes, [decoderBias, decoderMask]),
		);
		y = block(g, y, `${name}.cross`, sizes, (normed, own) =>
			attention(g, normed, memory, own, sizes, [crossMask]),
		);
		y = feedForward(g, y, `${name}.ff`, sizes);
	}
	y = g.rmsNorm(y, "decoder.final_layer_norm", width);
	const scaled = g.node("Mul", [y, g.scalar(1 / Math.sqrt(width))]);
	g.builder.output(g.node("MatMul", [scaled, g.node("Transpose", [shared], { perm: [1, 0] })]));
	return g.builder.model();
}
