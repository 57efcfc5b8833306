import { FIELD } from "./field.ts";
import type { WasmFunction } from "./wasm-code.ts";

/**
 * Arithmetic of BN254's scalar field p on nine limbs of 29 bits, each in an i64: 63 products of
 * limbs fit into 64 bits, so that carries wait until a whole sum of six products has been made.
 * Montgomery form with R = 2^261. Results of a multiplication are below p + Σ a·b/R and are not
 * reduced further: 261 bits leave room for everything that Poseidon adds up in between.
 */
export const LIMBS = 9;
const BITS = 29;
const MASK = (1n << 29n) - 1n;
/** Bytes of a field element in memory. */
export const ELEMENT = 8 * LIMBS;
export const R = 1n << BigInt(BITS * LIMBS);

export const limbsOf = (value: bigint): bigint[] =>
	Array.from({ length: LIMBS }, (_, i) => (value >> BigInt(BITS * i)) & MASK);

const P = limbsOf(FIELD);

/** −p⁻¹ mod 2^29: p is odd, so squaring it often enough yields its inverse. */
const NEGATIVE_INVERSE = (() => {
	let inverse = 1n;
	for (let i = 0; i < 5; i++) inverse = (inverse * (2n - FIELD * inverse)) & MASK;
	return -inverse & MASK;
})();

/** The sums t[0] … t[8] of a Montgomery multiplication; `shift` renames them instead of moving them. */
class Sums {
	readonly #f: WasmFunction;
	#variables: number[];
	/** Sums that hold nothing yet. */
	#empty: Set<number>;
	readonly #q: number;

	constructor(f: WasmFunction) {
		this.#f = f;
		this.#variables = Array.from({ length: LIMBS }, () => f.local());
		this.#empty = new Set(this.#variables);
		this.#q = f.local();
	}

	/** t[j] += the i64 on top of the stack. */
	add(j: number): void {
		const variable = this.#variables[j];
		if (!this.#empty.delete(variable)) this.#f.get(variable).add();
		this.#f.set(variable);
	}

	/** Adds the multiple of p that clears the lowest limb, and moves all sums down by one limb. */
	reduceAndShift(): void {
		const [lowest] = this.#variables;
		this.#f.get(lowest).constant(NEGATIVE_INVERSE).multiply().constant(MASK).and().set(this.#q);
		P.forEach((limb, j) => {
			this.#f.get(this.#q).constant(limb).multiply();
			this.add(j);
		});
		this.#f.get(lowest).shiftRight(BITS);
		this.add(1);
		this.#variables = [...this.#variables.slice(1), lowest];
		this.#empty.add(lowest);
	}

	/** Carries, and stores the result at the address in `out`. */
	store(out: number): void {
		for (let j = 0; j < LIMBS; j++) {
			const variable = this.#variables[j];
			if (j < LIMBS - 1) {
				this.#f.get(variable).shiftRight(BITS);
				this.add(j + 1);
			}
			this.#f
				.get(out)
				.get(variable)
				.constant(MASK)
				.and()
				.store(8 * j);
		}
	}
}

/** (a, b, c, out): out = a·b/R + c. */
export function multiplyAdd(f: WasmFunction): WasmFunction {
	const [a, b, c, out] = [0, 1, 2, 3];
	const bs = Array.from({ length: LIMBS }, () => f.local());
	const limb = f.local();
	const sums = new Sums(f);
	bs.forEach((variable, j) => {
		f.get(b)
			.load(8 * j)
			.set(variable);
	});
	for (let i = 0; i < LIMBS; i++) {
		f.get(a)
			.load(8 * i)
			.set(limb);
		bs.forEach((variable, j) => {
			f.get(limb).get(variable).multiply();
			sums.add(j);
		});
		sums.reduceAndShift();
	}
	for (let j = 0; j < LIMBS; j++) {
		f.get(c).load(8 * j);
		sums.add(j);
	}
	sums.store(out);
	return f;
}

/** (a, b, out): out = Σ a[k]·b[k]/R over `terms` consecutive elements, at most six. */
export function dotProduct(f: WasmFunction, terms: number): WasmFunction {
	const [a, b, out] = [0, 1, 2];
	const limb = f.local();
	const sums = new Sums(f);
	for (let i = 0; i < LIMBS; i++) {
		for (let k = 0; k < terms; k++) {
			f.get(a)
				.load(ELEMENT * k + 8 * i)
				.set(limb);
			for (let j = 0; j < LIMBS; j++) {
				f.get(limb)
					.get(b)
					.load(ELEMENT * k + 8 * j)
					.multiply();
				sums.add(j);
			}
		}
		sums.reduceAndShift();
	}
	sums.store(out);
	return f;
}

/** (source, out): 32 little-endian bytes to limbs. */
export function toLimbs(f: WasmFunction): WasmFunction {
	const [source, out] = [0, 1];
	for (let k = 0; k < LIMBS; k++) {
		const word = (BITS * k) >> 6;
		const bit = (BITS * k) & 63;
		f.get(out)
			.get(source)
			.load(8 * word)
			.shiftRight(bit);
		if (bit + BITS > 64 && word < 3)
			f.get(source)
				.load(8 * (word + 1))
				.shiftLeft(64 - bit)
				.or();
		f.constant(MASK)
			.and()
			.store(8 * k);
	}
	return f;
}

/** (source, out): limbs to 32 little-endian bytes. */
export function fromLimbs(f: WasmFunction): WasmFunction {
	const [source, out] = [0, 1];
	for (let word = 0; word < 4; word++) {
		f.get(out).constant(0n);
		for (let k = 0; k < LIMBS; k++) {
			const shift = BITS * k - 64 * word;
			if (shift <= -BITS || shift >= 64) continue;
			f.get(source).load(8 * k);
			if (shift >= 0) f.shiftLeft(shift);
			else f.shiftRight(-shift);
			f.or();
		}
		f.store(8 * word);
	}
	return f;
}
