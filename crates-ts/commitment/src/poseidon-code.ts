import { WORDS_PER_LEAF } from "./constants.ts";
import { FIELD } from "./field.ts";
import { dotProduct, ELEMENT, fromLimbs, limbsOf, multiplyAdd, R, toLimbs } from "./field-code.ts";
import constants from "./poseidon-constants.json" with { type: "json" };
import { encodeModule, WasmFunction } from "./wasm-code.ts";

/** Poseidon's state: the leaf's words and one more element. */
const T = WORDS_PER_LEAF + 1;
const FULL_ROUNDS = 8;
const PARTIAL_ROUNDS = 60;

/** A module with `hash(input, output)`, and what its memory must begin with. */
export interface PoseidonModule {
	readonly code: Uint8Array;
	readonly data: Uint8Array;
	/** Bytes of memory that the module uses, `data` included. */
	readonly size: number;
}

/**
 * circomlib's constants for Poseidon of five elements, its partial rounds with sparse matrices (as in
 * neptune): a copy of what circomlibjs has of them, so that nothing is read from files at run time.
 */
const CONSTANTS = {
	C: constants.C.map(BigInt),
	S: constants.S.map(BigInt),
	M: constants.M.map((row) => row.map(BigInt)),
	P: constants.P.map((row) => row.map(BigInt)),
};

/** Field elements in memory, each at an address of its own. */
class Layout {
	readonly elements: bigint[] = [];

	/** Places plain numbers one after the other; returns the address of the first. */
	place(...values: readonly bigint[]): number {
		const address = this.elements.length * ELEMENT;
		this.elements.push(...values);
		return address;
	}

	/** The same, in Montgomery form. */
	placeInField(...values: readonly bigint[]): number {
		return this.place(...values.map((value) => (value * R) % FIELD));
	}

	bytes(): Uint8Array {
		return new Uint8Array(BigUint64Array.from(this.elements.flatMap(limbsOf)).buffer);
	}
}

const [MULTIPLY, DOT, TO_LIMBS, FROM_LIMBS] = [0, 1, 2, 3];

/**
 * Writes the straight-line program of one hash: 24 kB of calls, no loop.
 *
 * Why nothing overflows: a product is below p + a·b/R. In the partial rounds each state element
 * grows by one product, to less than 64·1.1·p < 2^260; a sum of six products with such an
 * element is below 2^256, its fifth power too. All are below 2^261, the room of nine limbs.
 * The last product, by 1, is at most p; it is p for a digest of 0 alone, which nobody can find.
 */
export function buildPoseidonModule(): PoseidonModule {
	const { C, S, M, P } = CONSTANTS;
	const memory = new Layout();
	const zero = memory.place(0n);
	const one = memory.place(1n);
	const rSquared = memory.placeInField(R % FIELD);
	const constants = C.map((value) => memory.placeInField(value));
	const columns = (matrix: readonly (readonly bigint[])[]) =>
		matrix.map((_, i) => memory.placeInField(...matrix.map((row) => row[i])));
	const m = columns(M);
	const p = columns(P);
	const sparse = Array.from({ length: PARTIAL_ROUNDS }, (_, r) =>
		memory.placeInField(...S.slice((2 * T - 1) * r, (2 * T - 1) * (r + 1))),
	);
	const bytes = memory.bytes();
	const power = bytes.length;
	const states = [bytes.length + ELEMENT, bytes.length + ELEMENT * (T + 1)];

	const f = new WasmFunction(2, "hash");
	const multiply = (a: number, b: number, c: number, out: number) =>
		f.address(a).address(b).address(c).address(out).call(MULTIPLY);
	const dot = (a: number, b: number, out: number) => f.address(a).address(b).address(out).call(DOT);
	/** element⁵ + constant */
	const fifth = (element: number, constant: number) => {
		multiply(element, element, zero, power);
		multiply(power, power, zero, power);
		multiply(power, element, constant, element);
	};
	let [state, other] = states;
	const mix = (rows: readonly number[]) => {
		rows.forEach((row, i) => {
			dot(state, row, other + ELEMENT * i);
		});
		[state, other] = [other, state];
	};
	let used = 0;
	const fullRound = (rows: readonly number[], last = false) => {
		for (let i = 0; i < T; i++) fifth(state + ELEMENT * i, last ? zero : constants[used++]);
		mix(rows);
	};

	// the first element is 0 before its constant is added: 0·0 + c
	multiply(zero, zero, constants[used++], state);
	for (let i = 1; i < T; i++) {
		f.get(0).address(32 * (i - 1));
		f.addressAdd().address(power).call(TO_LIMBS);
		multiply(power, rSquared, constants[used++], state + ELEMENT * i);
	}
	for (let r = 0; r < FULL_ROUNDS / 2 - 1; r++) fullRound(m);
	fullRound(p);
	for (let r = 0; r < PARTIAL_ROUNDS; r++) {
		fifth(state, constants[used++]);
		dot(state, sparse[r], other);
		for (let k = 1; k < T; k++) {
			const element = state + ELEMENT * k;
			multiply(state, sparse[r] + ELEMENT * (T + k - 1), element, other + ELEMENT * k);
		}
		[state, other] = [other, state];
	}
	for (let r = 0; r < FULL_ROUNDS / 2 - 1; r++) fullRound(m);
	fullRound(m, true);
	multiply(state, one, zero, power);
	f.address(power).get(1).call(FROM_LIMBS);

	const functions = [
		multiplyAdd(new WasmFunction(4)),
		dotProduct(new WasmFunction(3), T),
		toLimbs(new WasmFunction(2)),
		fromLimbs(new WasmFunction(2)),
		f,
	];
	return { code: encodeModule(functions), data: bytes, size: states[1] + ELEMENT * T };
}
