import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { random } from "./check.ts";

export interface GptOptions {
	/** Tokens that the model can look at. */
	readonly length: number;
	readonly vocabulary: number;
	readonly width: number;
	readonly heads: number;
	readonly layers: number;
	/** What writes a step's keys and values into the cache. */
	readonly write?: "Where" | "ScatterND" | "ScatterElements";
}

const INT64 = 7;

/** Seeded numbers of about `size`. */
function weights(dims: readonly number[], seed: number, size: number): Tensor {
	const { data } = random(dims, seed);
	return tensorFrom(
		"float32",
		dims,
		Array.from(data as Float32Array, (value) => value * size),
	);
}

/** What both forms of the model share: the same options give the same numbers. */
class Gpt {
	readonly g: GraphBuilder;
	readonly options: GptOptions;
	private count = 0;
	private seed = 1;

	constructor(name: string, options: GptOptions) {
		this.g = new GraphBuilder(name, { opset: 17 });
		this.options = options;
	}

	ints = (...values: number[]) => this.g.ints(`ints_${this.count++}`, values);
	scalar = (value: number) => this.g.scalar(`scalar_${this.count++}`, value);
	parameter = (name: string, dims: readonly number[], size = 1 / Math.sqrt(dims[0])) =>
		this.g.constant(name, weights(dims, this.seed++, size));

	dense(x: string, name: string, from: number, to: number): string {
		const product = this.g.node("MatMul", [x, this.parameter(`${name}.weight`, [from, to])]);
		return this.g.node("Add", [product, this.parameter(`${name}.bias`, [to], 0.1)]);
	}

	normalised(x: string, name: string): string {
		const { width } = this.options;
		const ones = this.g.constant(`${name}.weight`, tensorFrom("float32", [width], new Array(width).fill(1)));
		return this.g.node("LayerNormalization", [x, ones, this.parameter(`${name}.bias`, [width], 0.1)], {
			axis: -1,
		});
	}

	/** [1, n, width] → [1, heads, n, width / heads] */
	split(x: string, n: number): string {
		const { heads, width } = this.options;
		const apart = this.g.node("Reshape", [x, this.ints(1, n, heads, width / heads)]);
		return this.g.node("Transpose", [apart], { perm: [0, 2, 1, 3] });
	}

	/** The embedding of tokens [1, n] at positions [n]. */
	embedded(tokens: string, positions: string): string {
		const { vocabulary, length, width } = this.options;
		return this.g.node("Add", [
			this.g.node("Gather", [this.parameter("wte", [vocabulary, width], 1), tokens], { axis: 0 }),
			this.g.node("Gather", [this.parameter("wpe", [length, width], 1), positions], { axis: 0 }),
		]);
	}

	/** One block; `remember` turns keys and values of n tokens into those of all that is looked at. */
	block(
		x: string,
		layer: number,
		n: number,
		bias: string,
		remember: (name: string, made: string) => string,
	): string {
		const { g } = this;
		const { heads, width } = this.options;
		const name = `h.${layer}`;
		const seen = this.normalised(x, `${name}.ln_1`);
		const [query, key, value] = ["q", "k", "v"].map((role) =>
			this.split(this.dense(seen, `${name}.${role}`, width, width), n),
		);
		const keys = g.node("Transpose", [remember(`key.${layer}`, key)], { perm: [0, 1, 3, 2] });
		const scaled = g.node("Div", [g.node("MatMul", [query, keys]), this.scalar(Math.sqrt(width / heads))]);
		const attention = g.node("Softmax", [g.node("Add", [scaled, bias])], { axis: -1 });
		const mixed = g.node("MatMul", [attention, remember(`value.${layer}`, value)]);
		const merged = g.node("Reshape", [
			g.node("Transpose", [mixed], { perm: [0, 2, 1, 3] }),
			this.ints(1, n, width),
		]);
		const attended = g.node("Add", [x, this.dense(merged, `${name}.proj`, width, width)]);
		const up = this.dense(this.normalised(attended, `${name}.ln_2`), `${name}.up`, width, 2 * width);
		return g.node("Add", [attended, this.dense(g.node("Tanh", [up]), `${name}.down`, 2 * width, width)]);
	}

	/** Logits far enough apart for 16 bits to see which is largest. */
	logits(x: string): string {
		const { width, vocabulary } = this.options;
		return this.g.node("MatMul", [
			this.normalised(x, "ln_f"),
			this.parameter("lm_head", [width, vocabulary], 1),
		]);
	}
}

/** A decoder as PyTorch exports it: input_ids [1, T] → logits [1, T, V], each of which looks at what comes before. */
export function gpt(options: GptOptions): Model {
	const { length, layers } = options;
	const model = new Gpt("gpt", options);
	const { g } = model;
	const ids = g.input("input_ids", "int64", [1, length]);
	const positions = g.constant("positions", tensorFrom("int64", [length], [...Array(length).keys()]));
	const hidden = Array.from({ length: length ** 2 }, (_, i) =>
		i % length > Math.floor(i / length) ? -10000 : 0,
	);
	const bias = g.constant("causal", tensorFrom("float32", [length, length], hidden));
	let x = model.embedded(ids, positions);
	for (let layer = 0; layer < layers; layer++) x = model.block(x, layer, length, bias, (_, made) => made);
	const logits = g.node("Identity", [model.logits(x)], {}, "logits", ["logits"]);
	g.output(logits, "float32", [1, length, options.vocabulary]);
	return g.model();
}

/**
 * The same decoder with a cache of fixed length: token [1, 1], position [1] and past keys and values
 * [1, heads, T, D] → the next token, the next position and the cache with this step's keys and values.
 */
export function gptStep(options: GptOptions): Model {
	const { length, layers, heads, width, write = "Where" } = options;
	const model = new Gpt("gpt step", options);
	const { g } = model;
	const [token, position] = [g.input("token", "int64", [1, 1]), g.input("position", "int64", [1])];
	const dims = [1, heads, length, width / heads];
	const places = g.constant("places", tensorFrom("int64", [length], [...Array(length).keys()]));
	const known = g.node("Not", [g.node("Greater", [places, position])]);
	const bias = g.node("Where", [known, model.scalar(0), model.scalar(-10000)]);
	const here = g.node("Reshape", [g.node("Equal", [places, position]), model.ints(length, 1)]);
	const presents: string[] = [];
	const remember = (name: string, made: string): string => {
		const past = g.input(`past.${name}`, "float32", dims);
		const present = `present.${name}`;
		presents.push(present);
		if (write === "Where") return g.node("Where", [here, made, past], {}, present, [present]);
		if (write === "ScatterElements") {
			const at = g.node("Expand", [position, model.ints(1, heads, 1, width / heads)]);
			return g.node("ScatterElements", [past, at, made], { axis: 2 }, present, [present]);
		}
		const turned = g.node("Transpose", [past], { perm: [2, 0, 1, 3] });
		const row = g.node("Transpose", [made], { perm: [2, 0, 1, 3] });
		const at = g.node("Reshape", [position, model.ints(1, 1)]);
		const written = g.node("ScatterND", [turned, at, row]);
		return g.node("Transpose", [written], { perm: [1, 2, 0, 3] }, present, [present]);
	};
	let x = model.embedded(token, position);
	for (let layer = 0; layer < layers; layer++) x = model.block(x, layer, 1, bias, remember);
	const best = g.node("ArgMax", [model.logits(x)], { axis: -1, keepdims: 0 });
	g.output(g.node("Cast", [best], { to: INT64 }, "next_token", ["next_token"]), "int64", [1, 1]);
	g.output(g.node("Add", [position, model.ints(1)], {}, "next_position", ["next_position"]), "int64", [1]);
	for (const name of presents) g.output(name, "float32", dims);
	return g.model();
}
