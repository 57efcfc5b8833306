import type { Elements, Operator, Program, Row, TensorRef, TensorSpec } from "@umpire/operators/program.ts";

/** A generator of pseudo-random 32-bit numbers: the same seed gives the same network. */
export function randomSource(seed: number): () => number {
	let state = seed >>> 0 || 1;
	return () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		state >>>= 0;
		return state;
	};
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Builds programs layer by layer, with random weights of 8 bits. */
export class NetworkBuilder {
	readonly program: { -readonly [K in keyof Program]: Mutable<Program[K]> };
	readonly #bits: 8 | 16;
	readonly #random: () => number;
	#last: TensorRef = { source: "input", index: 0 };

	constructor(name: string, shape: readonly number[], bits: 8 | 16, seed = 1) {
		this.#bits = bits;
		this.#random = randomSource(seed);
		const input = { ...this.#spec(shape), name: "x" };
		this.program = { name, steps: 1, inputs: [input], constants: [], operators: [], outputs: [] } as never;
	}

	conv(outputs: number, kernel: number, pad: number, multiplierBits = 15): this {
		const [n, channels, height, width] = this.#shape();
		const w = this.#constant([outputs, channels, kernel, kernel]);
		const size = [height, width].map((s) => s + 2 * pad - kernel + 1);
		return this.#add("Dot", [n, outputs, ...size], [w], {
			form: { type: "conv", strides: [1, 1], pads: [pad, pad, pad, pad], dilations: [1, 1], group: 1 },
			low: 0,
			rescale: { axes: [1], rows: this.#rows(outputs, channels * kernel * kernel, multiplierBits) },
			opType: "Conv+Relu",
		});
	}

	maxPool(): this {
		const [n, channels, height, width] = this.#shape();
		return this.#add("Max", [n, channels, height >> 1, width >> 1], [], {
			form: { type: "pool", kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1] },
			opType: "MaxPool",
		});
	}

	flatten(): this {
		const [n, ...rest] = this.#shape();
		return this.#add("View", [n, rest.reduce((a, b) => a * b, 1)], [], {
			form: { type: "reshape" },
			opType: "Flatten",
		});
	}

	dense(outputs: number, relu: boolean, multiplierBits = 15): this {
		const [n, inputs] = this.#shape();
		const w = this.#constant([inputs, outputs]);
		return this.#add("Dot", [n, outputs], [w], {
			form: { type: "matmul" },
			...(relu ? { low: 0 } : {}),
			rescale: { axes: [1], rows: this.#rows(outputs, inputs, multiplierBits) },
			opType: "Gemm",
		});
	}

	finish(): Program {
		const last = this.program.operators.length - 1;
		return { ...this.program, outputs: [{ name: "y", operator: last }] } as Program;
	}

	#shape(): readonly number[] {
		return (this.program.operators.at(-1) ?? this.program.inputs[0]).shape;
	}

	#spec(shape: readonly number[]): TensorSpec {
		const high = 2 ** (this.#bits - 1) - 1;
		return { shape, layout: shape.map((_, i) => i), width: this.#bits, low: -high, high, scale: 1 / high };
	}

	/** Rows that keep the activations' size about what it was. */
	#rows(count: number, terms: number, multiplierBits: number): Row[] {
		const gain = 1 / (20 * Math.sqrt(terms));
		const shift = multiplierBits - 1 - Math.floor(Math.log2(gain));
		return Array.from({ length: count }, () => ({
			bias: BigInt((this.#random() % 2001) - 1000),
			multiplier: Math.max(1, Math.round(gain * 2 ** shift * (0.8 + (this.#random() % 400) / 1000))),
			shift,
		}));
	}

	#constant(shape: readonly number[]): TensorRef {
		const data = new Int8Array(shape.reduce((a, b) => a * b, 1));
		// The sum of three uniform values: roughly the bell that trained weights have.
		for (let i = 0; i < data.length; i++) {
			data[i] = (this.#random() % 85) + (this.#random() % 85) + (this.#random() % 85) - 126;
		}
		const index = this.program.constants.length;
		const spec = {
			shape,
			layout: shape.map((_, i) => i),
			width: 8,
			low: -126,
			high: 126,
			scale: 0.01,
		} as const;
		(this.program.constants as unknown[]).push({ ...spec, name: `w${index}`, data });
		return { source: "constant", index };
	}

	#add(
		kind: Operator["kind"],
		shape: readonly number[],
		operands: readonly TensorRef[],
		rest: Partial<Operator> & Pick<Operator, "form" | "opType">,
	): this {
		const index = this.program.operators.length;
		const node = `${rest.opType}_${index}`;
		(this.program.operators as unknown[]).push({
			...this.#spec(shape),
			...(kind === "Dot" ? {} : this.#declared()),
			kind,
			operands: [this.#last, ...operands],
			node,
			...rest,
		});
		this.#last = { source: "operator", index };
		return this;
	}

	#declared(): { low: number; high: number } {
		const { low, high } = this.program.operators.at(-1) ?? this.program.inputs[0];
		return { low, high };
	}
}

/** LeNet-5: two convolutions of 5 by 5, three dense layers. */
export function lenet(bits: 8 | 16, multiplierBits = 15): Program {
	return new NetworkBuilder("lenet", [1, 1, 28, 28], bits)
		.conv(6, 5, 2, multiplierBits)
		.maxPool()
		.conv(16, 5, 0, multiplierBits)
		.maxPool()
		.flatten()
		.dense(120, true, multiplierBits)
		.dense(84, true, multiplierBits)
		.dense(10, false, multiplierBits)
		.finish();
}

/** Ten convolutions of 3 by 3 in five stages, three dense layers. */
export function convolutional(bits: 8 | 16, multiplierBits = 15): Program {
	const net = new NetworkBuilder("conv2d", [1, 3, 32, 32], bits);
	for (const channels of [32, 64, 128, 128, 256]) {
		net.conv(channels, 3, 1, multiplierBits).conv(channels, 3, 1, multiplierBits).maxPool();
	}
	net
		.flatten()
		.dense(128, true, multiplierBits)
		.dense(64, true, multiplierBits)
		.dense(10, false, multiplierBits);
	return net.finish();
}

/** An input that uses the whole range of its width. */
export function randomInput(program: Program, seed = 7): Elements[] {
	const random = randomSource(seed);
	return program.inputs.map(({ shape, width }) => {
		const values = Float64Array.from(
			{ length: shape.reduce((a, b) => a * b, 1) },
			() => (random() % 2 ** width) - 2 ** (width - 1),
		);
		if (width === 8) return new Int8Array(values);
		return width === 16 ? new Int16Array(values) : new Int32Array(values);
	});
}
