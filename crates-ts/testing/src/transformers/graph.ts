import { type AttributeInput, GraphBuilder } from "@umpire/onnx/builder.ts";
import { elementCount, tensorFrom } from "@umpire/onnx/element-types.ts";
import { withData } from "@umpire/onnx/lazy-data.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { Random } from "@umpire/onnx/random.ts";

/** ONNX's codes of element types, as Cast takes them. */
const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;

/** What torch.finfo(torch.float32).min is. */
export const LOWEST = -3.4028234663852886e38;

export interface Dense {
	readonly from: number;
	readonly to: number;
	readonly bias?: boolean;
	/** Standard deviation of the outputs for inputs of deviation 1. */
	readonly gain?: number;
}

/**
 * Writes transformers as PyTorch's exporter does: heads are split and masks made by arithmetic on
 * shapes that are read from the tensors, and the parts of an activation are nodes of their own.
 * Weights are seeded, of the magnitudes that trained models have.
 */
export class TransformerGraph {
	readonly builder: GraphBuilder;
	readonly #opset: number;
	readonly #seed: number;
	readonly #random: Random;
	readonly #isLarge: boolean;
	readonly #numbers = new Map<string, string>();
	#count = 0;

	/** @param isLarge whether weights are drawn when they are asked for, each from a seed of its own, and not kept */
	constructor(name: string, opset: number, seed: number, isLarge = false) {
		this.builder = new GraphBuilder(name, { opset });
		this.#opset = opset;
		this.#seed = seed;
		this.#random = new Random(seed);
		this.#isLarge = isLarge;
	}

	/** Numbers that are drawn now, or when they are asked for. */
	#drawn(name: string, dims: readonly number[], draw: (data: Float32Array, random: Random) => void): string {
		const make = (random: Random) => () => {
			const data = new Float32Array(elementCount(dims));
			draw(data, random);
			return data;
		};
		const tensor = { type: "float32", dims } as const;
		if (!this.#isLarge) return this.builder.constant(name, { ...tensor, data: make(this.#random)() });
		const seed = this.#seed + 7919 * ++this.#count;
		return this.builder.constant(
			name,
			withData(tensor, () => make(new Random(seed))()),
		);
	}

	node(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeInput>> = {}) {
		return this.builder.node(opType, inputs, attributes);
	}

	scalar(value: number): string {
		return this.#once(`float ${value}`, tensorFrom("float32", [], [value]));
	}

	/** An int64 scalar. */
	whole(value: number): string {
		return this.#once(`int ${value}`, tensorFrom("int64", [], [value]));
	}

	/** An int64 constant of one axis. */
	ints(...values: number[]): string {
		return this.#once(`ints ${values}`, tensorFrom("int64", [values.length], values));
	}

	#once(key: string, tensor: Tensor): string {
		let name = this.#numbers.get(key);
		if (name === undefined) {
			name = this.builder.constant(`number_${this.#numbers.size}`, tensor);
			this.#numbers.set(key, name);
		}
		return name;
	}

	/** Seeded numbers of the given standard deviation, evenly distributed. */
	parameter(name: string, dims: readonly number[], deviation: number, mean = 0): string {
		const reach = Math.sqrt(3) * deviation;
		return this.#drawn(name, dims, (data, random) => {
			for (let i = 0; i < data.length; i++) data[i] = mean + random.uniform(-reach, reach);
		});
	}

	/** A constant [rows, columns] of which one row has one number that is far larger than all others. */
	embedding(name: string, rows: number, columns: number, massive = 0): string {
		const reach = Math.sqrt(3);
		return this.#drawn(name, [rows, columns], (data, random) => {
			for (let i = 0; i < data.length; i++) data[i] = random.uniform(-reach, reach);
			if (massive > 0) data[columns + Math.floor(columns / 3)] = massive;
		});
	}

	dense(x: string, name: string, { from, to, bias = true, gain = 1 }: Dense): string {
		const weight = this.parameter(`${name}.weight`, [from, to], gain / Math.sqrt(from));
		const product = this.node("MatMul", [x, weight]);
		return bias ? this.node("Add", [this.parameter(`${name}.bias`, [to], 0.1), product]) : product;
	}

	/** Factors of a normalisation; one channel in 64 is an outlier, as in trained models. */
	#gains(name: string, width: number): string {
		const data = Float32Array.from({ length: width }, (_, k) =>
			k % 64 === 5 ? this.#random.uniform(3, 6) : this.#random.uniform(0.5, 1.5),
		);
		return this.builder.constant(name, { type: "float32", dims: [width], data });
	}

	layerNorm(x: string, name: string, width: number, epsilon = 1e-5): string {
		const gains = this.#gains(`${name}.weight`, width);
		const bias = this.parameter(`${name}.bias`, [width], 0.1);
		if (this.#opset >= 17) return this.node("LayerNormalization", [x, gains, bias], { axis: -1, epsilon });
		const centred = this.node("Sub", [x, this.node("ReduceMean", [x], { axes: [-1] })]);
		const square = this.node("Pow", [centred, this.scalar(2)]);
		const variance = this.node("ReduceMean", [square], { axes: [-1] });
		const root = this.node("Sqrt", [this.node("Add", [variance, this.scalar(epsilon)])]);
		return this.node("Add", [this.node("Mul", [this.node("Div", [centred, root]), gains]), bias]);
	}

	/** As T5 and Llama write it. */
	rmsNorm(x: string, name: string, width: number, epsilon = 1e-6): string {
		const float = this.node("Cast", [x], { to: FLOAT });
		const square = this.node("Pow", [float, this.scalar(2)]);
		const mean = this.node("ReduceMean", [square], { axes: [-1], keepdims: 1 });
		const root = this.node("Sqrt", [this.node("Add", [mean, this.scalar(epsilon)])]);
		const scaled = this.node("Mul", [float, this.node("Div", [this.scalar(1), root])]);
		return this.node("Mul", [this.#gains(`${name}.weight`, width), scaled]);
	}

	size(x: string, axis: number): string {
		return this.node("Gather", [this.node("Shape", [x]), this.whole(axis)], { axis: 0 });
	}

	/** 0, 1, … below the size. */
	range(size: string): string {
		return this.node("Range", [this.whole(0), this.node("Cast", [size], { to: INT64 }), this.whole(1)]);
	}

	unsqueeze(x: string, ...axes: number[]): string {
		return axes.reduce((y, axis) => this.node("Unsqueeze", [y, this.ints(axis)]), x);
	}

	/** A shape of sizes that are read from tensors (names) and fixed ones. */
	shape(...sizes: (string | number)[]): string {
		const parts = sizes.map((size) => (typeof size === "number" ? this.ints(size) : this.unsqueeze(size, 0)));
		return this.node("Concat", parts, { axis: 0 });
	}

	/** [batch, length, heads·width] → [batch, heads, length, width] (or its last axes the other way round). */
	heads(x: string, width: number, perm = [0, 2, 1, 3]): string {
		const shape = this.shape(this.size(x, 0), this.size(x, 1), -1, width);
		return this.node("Transpose", [this.node("Reshape", [x, shape])], { perm });
	}

	/** softmax(q·kᵀ·scale + biases)·v with the heads put together again. */
	attention(
		q: string,
		k: string,
		v: string,
		{ width, scale, biases = [] }: { width: number; scale: number; biases?: readonly string[] },
	): string {
		const turned = this.heads(k, width, [0, 2, 3, 1]);
		let scores = this.node("MatMul", [this.heads(q, width), turned]);
		scores = this.node("Mul", [scores, this.scalar(scale)]);
		for (const bias of biases) scores = this.node("Add", [scores, bias]);
		return this.attended(scores, this.heads(v, width), q);
	}

	/** softmax(scores)·v of [batch, heads, length, width] as [batch, length, heads·width]; `like` has these sizes. */
	attended(scores: string, v: string, like: string): string {
		const context = this.node("MatMul", [this.node("Softmax", [scores], { axis: -1 }), v]);
		const turned = this.node("Transpose", [context], { perm: [0, 2, 1, 3] });
		return this.node("Reshape", [turned, this.shape(this.size(like, 0), this.size(like, 1), -1)]);
	}

	/**
	 * 0 where position i of a query may look at position j, the lowest float32 elsewhere, as
	 * [batch, 1, queries, keys]: what the mask (int64 [batch, keys]) says and, if causal, j ≤ i.
	 */
	mask(x: string, mask: string, causal: boolean): string {
		const attended = this.node("Cast", [mask], { to: BOOL });
		const [batch, queries, keys] = [this.size(x, 0), this.size(x, 1), this.size(attended, 1)];
		const row = this.unsqueeze(this.range(batch), 1, 2, 3);
		const query = this.unsqueeze(this.range(queries), 0, 1, 3);
		const key = this.unsqueeze(this.range(keys), 0, 1, 2);
		const truth: Tensor = { type: "bool", dims: [1], data: Uint8Array.of(1) };
		const all = this.node("ConstantOfShape", [this.#once("no axes", tensorFrom("int64", [0], []))], {
			value: truth,
		});
		const order = causal
			? this.node("LessOrEqual", [key, query])
			: this.node("GreaterOrEqual", [query, this.whole(0)]);
		const may = this.node("And", [all, this.node("Cast", [order], { to: BOOL })]);
		const place = this.node("Add", [key, this.node("Mul", [row, this.size(attended, 1)])]);
		const flat = this.node("Flatten", [attended], { axis: 2 });
		const found = this.node("Reshape", [this.node("Gather", [flat, place], { axis: 0 }), this.ints(-1)]);
		const known = this.node("Reshape", [
			found,
			this.node("Concat", [this.node("Shape", [place])], { axis: 0 }),
		]);
		const both = this.node("And", [may, this.node("Cast", [known], { to: BOOL })]);
		const shape = this.#withoutKept(this.shape(batch, -1, queries, keys));
		return this.node("Where", [this.node("Expand", [both, shape]), this.scalar(0), this.scalar(LOWEST)]);
	}

	/** torch's expand: −1 keeps a size. */
	#withoutKept(shape: string): string {
		const one: Tensor = { type: "int64", dims: [1], data: BigInt64Array.of(1n) };
		const ones = this.node("ConstantOfShape", [this.node("Shape", [shape])], { value: one });
		const kept = this.node("Equal", [shape, this.node("Mul", [ones, this.whole(-1)])]);
		return this.node("Where", [kept, ones, shape]);
	}

	/** x·½·(1 + erf(x/√2)) */
	gelu(x: string): string {
		const erf = this.node("Erf", [this.node("Div", [x, this.scalar(Math.SQRT2)])]);
		return this.node("Mul", [
			this.node("Mul", [x, this.node("Add", [erf, this.scalar(1)])]),
			this.scalar(0.5),
		]);
	}

	/** ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))) */
	geluTanh(x: string): string {
		const cube = this.node("Mul", [this.node("Pow", [x, this.scalar(3)]), this.scalar(0.044715)]);
		const inner = this.node("Mul", [this.node("Add", [x, cube]), this.scalar(Math.sqrt(2 / Math.PI))]);
		const tanh = this.node("Add", [this.node("Tanh", [inner]), this.scalar(1)]);
		return this.node("Mul", [this.node("Mul", [x, this.scalar(0.5)]), tanh]);
	}

	silu(x: string): string {
		return this.node("Mul", [x, this.node("Sigmoid", [x])]);
	}

	/** A name that was not used before. */
	fresh(base: string): string {
		return `${base}_${this.#count++}`;
	}
}
