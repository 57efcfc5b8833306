import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { random } from "@umpire/testing/compiler/check.ts";

export interface EncoderOptions {
	readonly batch: number;
	readonly length: number;
	readonly width: number;
	readonly heads: number;
	readonly layers: number;
	/** 17 has LayerNormalization; before, PyTorch writes it out. */
	readonly opset: number;
	/** Which places are attended to: the causal ones, or those that a second input says (1 or 0 per place). */
	readonly mask?: "causal" | "input";
	/** What is added to the scores of places that are not. */
	readonly hidden?: number;
}

/** Numbers small enough for activations of about 1. */
function weights(dims: readonly number[], seed: number) {
	const { data } = random(dims, seed);
	const scale = 1 / Math.sqrt(dims[0]);
	return tensorFrom(
		"float32",
		dims,
		Array.from(data as Float32Array, (value) => value * scale),
	);
}

/**
 * A transformer encoder as PyTorch exports it: heads are split by shape arithmetic, GELU is
 * written out with Erf, and the last layer gives logits.
 */
export function encoder(options: EncoderOptions): Model {
	const { batch, length, width, heads, layers, opset, mask } = options;
	const g = new GraphBuilder("encoder", { opset });
	let seed = 1;
	const parameter = (name: string, dims: readonly number[]) => g.constant(name, weights(dims, seed++));
	let count = 0;
	const scalar = (value: number) => g.scalar(`scalar_${count++}`, value);
	const ints = (...values: number[]) => g.ints(`ints_${count++}`, values);

	const dense = (x: string, name: string, from: number, to: number) =>
		g.node("Add", [
			g.node("MatMul", [x, parameter(`${name}.weight`, [from, to])]),
			parameter(`${name}.bias`, [to]),
		]);
	const normalise = (x: string, name: string) => {
		const [scale, bias] = [
			g.constant(`${name}.weight`, random([width], seed++)),
			parameter(`${name}.bias`, [width]),
		];
		if (opset >= 17)
			return g.node("LayerNormalization", [x, scale, bias], { axis: -1 }, `/${name}/LayerNorm`);
		const centred = g.node("Sub", [x, g.node("ReduceMean", [x], { axes: [-1] })]);
		const variance = g.node("ReduceMean", [g.node("Pow", [centred, scalar(2)])], { axes: [-1] });
		const root = g.node("Sqrt", [g.node("Add", [variance, scalar(1e-5)])]);
		return g.node("Add", [g.node("Mul", [g.node("Div", [centred, root]), scale]), bias]);
	};
	const heading = (x: string) => {
		const sizes = [0, 1].map((axis) => {
			const size = g.node("Gather", [g.node("Shape", [x]), ints(axis)], { axis: 0 });
			return size;
		});
		const shape = g.node("Concat", [...sizes, ints(heads), ints(width / heads)], { axis: 0 });
		return g.node("Transpose", [g.node("Reshape", [x, shape])], { perm: [0, 2, 1, 3] });
	};
	const gelu = (x: string) => {
		const erf = g.node("Erf", [g.node("Div", [x, scalar(Math.SQRT2)])]);
		return g.node("Mul", [g.node("Mul", [x, g.node("Add", [erf, scalar(1)])]), scalar(0.5)]);
	};

	let x = g.input("x", "float32", [batch, length, width]);
	const hidden = options.hidden ?? -10000;
	let bias: string | undefined;
	if (mask === "causal") {
		const data = Array.from({ length: length ** 2 }, (_, i) =>
			i % length > Math.floor(i / length) ? hidden : 0,
		);
		bias = g.constant("causal", tensorFrom("float32", [length, length], data));
	} else if (mask === "input") {
		const attended = g.node("Cast", [g.input("mask", "int64", [batch, length])], { to: 1 });
		const wide = g.node("Unsqueeze", [g.node("Unsqueeze", [attended, ints(1)]), ints(2)]);
		bias = g.node("Mul", [g.node("Sub", [scalar(1), wide]), scalar(hidden)]);
	}
	for (let layer = 0; layer < layers; layer++) {
		const name = `layers.${layer}`;
		const [query, key, value] = ["query", "key", "value"].map((role) =>
			heading(dense(x, `${name}.${role}`, width, width)),
		);
		const turned = g.node("Transpose", [key], { perm: [0, 1, 3, 2] });
		let scores = g.node("Div", [g.node("MatMul", [query, turned]), scalar(Math.sqrt(width / heads))]);
		if (bias) scores = g.node("Add", [scores, bias]);
		const context = g.node("MatMul", [g.node("Softmax", [scores], { axis: -1 }), value]);
		const merged = g.node("Reshape", [
			g.node("Transpose", [context], { perm: [0, 2, 1, 3] }),
			ints(0, 0, width),
		]);
		x = normalise(g.node("Add", [x, dense(merged, `${name}.output`, width, width)]), `${name}.norm1`);
		const inner = gelu(dense(x, `${name}.up`, width, 2 * width));
		x = normalise(g.node("Add", [x, dense(inner, `${name}.down`, 2 * width, width)]), `${name}.norm2`);
	}
	const first = g.node("Gather", [x, g.constant("first", tensorFrom("int64", [], [0]))], { axis: 1 });
	g.output(dense(first, "classifier", width, 5));
	return g.model();
}
