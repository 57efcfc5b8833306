/** A small neural network with back-propagation, one sample at a time, in double precision. */
import type { Random } from "@umpire/onnx/random.ts";
import { exponential } from "./exact-math.ts";

export interface Layer {
	/** Parameters and their gradients; empty for layers without any. */
	readonly parameters: readonly Parameter[];
	/** Elements of the output. */
	readonly size: number;
	forward(x: Float64Array): Float64Array;
	/** Adds to the parameters' gradients and gives the gradient of the input (null if not wanted). */
	backward(gradient: Float64Array, wantInput: boolean): Float64Array | null;
}

export class Parameter {
	readonly dims: readonly number[];
	readonly value: Float64Array;
	readonly gradient: Float64Array;
	readonly velocity: Float64Array;

	constructor(dims: readonly number[], fill: () => number) {
		this.dims = dims;
		this.value = Float64Array.from({ length: dims.reduce((a, b) => a * b, 1) }, fill);
		this.gradient = new Float64Array(this.value.length);
		this.velocity = new Float64Array(this.value.length);
	}
}

export function dense(inputs: number, outputs: number, random: Random): Layer {
	const scale = Math.sqrt(2 / inputs);
	const w = new Parameter([outputs, inputs], () => random.normal() * scale);
	const b = new Parameter([outputs], () => 0);
	let last = new Float64Array(inputs);
	return {
		parameters: [w, b],
		size: outputs,
		forward(x) {
			last = x as Float64Array<ArrayBuffer>;
			const y = b.value.slice();
			for (let o = 0; o < outputs; o++) {
				let sum = y[o];
				const row = o * inputs;
				for (let i = 0; i < inputs; i++) sum += w.value[row + i] * x[i];
				y[o] = sum;
			}
			return y;
		},
		backward(gradient, wantInput) {
			const result = wantInput ? new Float64Array(inputs) : null;
			for (let o = 0; o < outputs; o++) {
				const g = gradient[o];
				if (g === 0) continue;
				const row = o * inputs;
				b.gradient[o] += g;
				for (let i = 0; i < inputs; i++) w.gradient[row + i] += g * last[i];
				if (result) for (let i = 0; i < inputs; i++) result[i] += g * w.value[row + i];
			}
			return result;
		},
	};
}

export function relu(size: number): Layer {
	let last = new Float64Array(size);
	return {
		parameters: [],
		size,
		forward(x) {
			last = Float64Array.from(x, (value) => Math.max(value, 0));
			return last;
		},
		backward: (gradient) => gradient.map((g, i) => (last[i] > 0 ? g : 0)),
	};
}

/** A convolution without padding, [channels, side, side] → [filters, side − kernel + 1, …]. */
export function convolution(
	channels: number,
	side: number,
	filters: number,
	kernel: number,
	random: Random,
): Layer {
	const out = side - kernel + 1;
	const scale = Math.sqrt(2 / (channels * kernel * kernel));
	const w = new Parameter([filters, channels, kernel, kernel], () => random.normal() * scale);
	const b = new Parameter([filters], () => 0);
	let last = new Float64Array(channels * side * side);
	return {
		parameters: [w, b],
		size: filters * out * out,
		forward(x) {
			last = x as Float64Array<ArrayBuffer>;
			const y = new Float64Array(filters * out * out);
			for (let f = 0; f < filters; f++) {
				y.fill(b.value[f], f * out * out, (f + 1) * out * out);
				for (let at = 0; at < channels * kernel * kernel; at++) {
					const weight = w.value[f * channels * kernel * kernel + at];
					const from = offsetOf(at, side, kernel);
					for (let r = 0; r < out; r++) {
						const target = (f * out + r) * out;
						const source = from + r * side;
						for (let q = 0; q < out; q++) y[target + q] += weight * x[source + q];
					}
				}
			}
			return y;
		},
		backward(gradient, wantInput) {
			const result = wantInput ? new Float64Array(last.length) : null;
			for (let f = 0; f < filters; f++) {
				for (let i = 0; i < out * out; i++) b.gradient[f] += gradient[f * out * out + i];
				for (let at = 0; at < channels * kernel * kernel; at++) {
					const index = f * channels * kernel * kernel + at;
					const weight = w.value[index];
					const from = offsetOf(at, side, kernel);
					let sum = 0;
					for (let r = 0; r < out; r++) {
						const target = (f * out + r) * out;
						const source = from + r * side;
						for (let q = 0; q < out; q++) sum += gradient[target + q] * last[source + q];
						if (result) for (let q = 0; q < out; q++) result[source + q] += weight * gradient[target + q];
					}
					w.gradient[index] += sum;
				}
			}
			return result;
		},
	};
}

/** Where the window of kernel position `at` (channel, row, column) starts in the input. */
function offsetOf(at: number, side: number, kernel: number): number {
	const channel = Math.floor(at / (kernel * kernel));
	const row = Math.floor(at / kernel) % kernel;
	return (channel * side + row) * side + (at % kernel);
}

/** The largest of every 2 × 2 block. */
export function maxPool(channels: number, side: number): Layer {
	const out = side / 2;
	const from = new Int32Array(channels * out * out);
	return {
		parameters: [],
		size: from.length,
		forward(x) {
			const y = new Float64Array(from.length);
			for (let i = 0; i < y.length; i++) {
				const corner = Math.floor(i / out) * 2 * side + (i % out) * 2;
				let best = corner;
				for (const at of [corner + 1, corner + side, corner + side + 1]) if (x[at] > x[best]) best = at;
				from[i] = best;
				y[i] = x[best];
			}
			return y;
		},
		backward(gradient) {
			const result = new Float64Array(channels * side * side);
			for (let i = 0; i < from.length; i++) result[from[i]] += gradient[i];
			return result;
		},
	};
}

export function predict(layers: readonly Layer[], x: Float64Array): Float64Array {
	return layers.reduce((value, layer) => layer.forward(value), x);
}

/** One step of back-propagation for one sample, from the softmax cross-entropy of its label. */
export function accumulate(layers: readonly Layer[], x: Float64Array, label: number): void {
	const scores = predict(layers, x);
	const largest = scores.reduce((a, b) => Math.max(a, b));
	const powers = scores.map((score) => exponential(score - largest));
	const total = powers.reduce((a, b) => a + b);
	let gradient: Float64Array = powers.map((power, i) => power / total - (i === label ? 1 : 0));
	for (let at = layers.length - 1; at >= 0; at--)
		gradient = layers[at].backward(gradient, at > 0) ?? gradient;
}

/** Stochastic gradient descent with momentum; the gradients of a batch are summed. */
export function descend(layers: readonly Layer[], rate: number, momentum: number, batch: number): void {
	for (const { value, gradient, velocity } of layers.flatMap((layer) => layer.parameters)) {
		for (let i = 0; i < value.length; i++) {
			velocity[i] = momentum * velocity[i] - (rate / batch) * gradient[i];
			value[i] += velocity[i];
		}
		gradient.fill(0);
	}
}
