import { elementCount } from "./element-types.ts";
import type { Tensor } from "./model.ts";

/**
 * Seeded random numbers (sfc32). Only integer arithmetic, + and ×, so that every machine draws
 * the same ones; no Math.log or Math.cos, whose last bit differs between engines.
 */
export class Random {
	#a = 0;
	#b: number;
	#c = 0;
	#counter = 1;

	/** @param seed any 32-bit integer */
	constructor(seed: number) {
		this.#b = seed | 0;
		for (let i = 0; i < 15; i++) this.bits();
	}

	/** 32 random bits, as an unsigned number. */
	bits(): number {
		const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
		this.#counter = (this.#counter + 1) | 0;
		this.#a = this.#b ^ (this.#b >>> 9);
		this.#b = (this.#c + (this.#c << 3)) | 0;
		this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
		return sum >>> 0;
	}

	/** Uniform in [low, high). */
	uniform(low = 0, high = 1): number {
		return low + (high - low) * (this.bits() / 2 ** 32);
	}

	/** A whole number, 0 … count − 1. */
	below(count: number): number {
		return Math.floor(this.uniform(0, count));
	}

	/** Nearly normal with variance 1: the sum of twelve uniform numbers, less 6. */
	normal(): number {
		let sum = -6;
		for (let i = 0; i < 12; i++) sum += this.uniform();
		return sum;
	}

	/** Shuffles in place. */
	shuffle(items: { [index: number]: number; readonly length: number }): void {
		for (let i = items.length - 1; i > 0; i--) {
			const j = this.below(i + 1);
			const item = items[i];
			items[i] = items[j];
			items[j] = item;
		}
	}

	/** A float32 tensor of normal numbers with the given standard deviation. */
	normalTensor(dims: readonly number[], deviation = 1): Tensor {
		const data = Float32Array.from({ length: elementCount(dims) }, () => this.normal() * deviation);
		return { type: "float32", dims, data };
	}

	/** Weights after He: standard deviation √(2 / fan-in), so that layers with Relu keep the scale. */
	heTensor(dims: readonly number[], fanIn: number): Tensor {
		return this.normalTensor(dims, Math.sqrt(2 / fanIn));
	}
}
