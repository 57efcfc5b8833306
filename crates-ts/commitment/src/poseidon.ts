import { buildPoseidon } from "circomlibjs";
import { WORDS_PER_LEAF } from "./constants.ts";

/** The parts of circomlibjs's WebAssembly field arithmetic that are used here. */
interface Memory {
	readonly memory: { readonly buffer: ArrayBuffer };
	readonly instance: {
		readonly exports: {
			frm_batchToMontgomery(source: number, count: number, target: number): void;
			frm_batchFromMontgomery(source: number, count: number, target: number): void;
			poseidon(state: number, input: number, inputs: number, output: number, outputs: number): void;
		};
	};
	alloc(bytes: number): number;
}

const WORD = 32;
const LEAF = WORD * WORDS_PER_LEAF;
/** Leaves per copy into WebAssembly memory. */
const BATCH = 256;

/**
 * circomlib's Poseidon of five field elements. The bulk form works on bytes inside the
 * WebAssembly memory: no BigInt and no allocation per leaf.
 */
export class Poseidon {
	readonly #wasm: Memory;
	readonly #state: number;
	readonly #input: number;
	readonly #output: number;

	constructor(wasm: Memory) {
		this.#wasm = wasm;
		this.#state = wasm.alloc(WORD);
		this.#input = wasm.alloc(BATCH * LEAF);
		this.#output = wasm.alloc(BATCH * WORD);
	}

	/**
	 * Hashes consecutive leaves.
	 *
	 * @param packed five little-endian 32-byte words per leaf, each below the field's modulus
	 * @returns one little-endian 32-byte digest per leaf
	 */
	hashLeaves(packed: Uint8Array): Uint8Array {
		const leaves = packed.length / LEAF;
		if (!Number.isInteger(leaves)) {
			throw new RangeError(`Packed leaves have a multiple of ${LEAF} bytes, found ${packed.length}`);
		}
		const digests = new Uint8Array(leaves * WORD);
		const { exports } = this.#wasm.instance;
		for (let first = 0; first < leaves; first += BATCH) {
			const count = Math.min(BATCH, leaves - first);
			const memory = new Uint8Array(this.#wasm.memory.buffer);
			memory.set(packed.subarray(first * LEAF, (first + count) * LEAF), this.#input);
			exports.frm_batchToMontgomery(this.#input, count * WORDS_PER_LEAF, this.#input);
			for (let i = 0; i < count; i++) {
				exports.poseidon(this.#state, this.#input + i * LEAF, WORDS_PER_LEAF, this.#output + i * WORD, 1);
			}
			exports.frm_batchFromMontgomery(this.#output, count, this.#output);
			digests.set(memory.subarray(this.#output, this.#output + count * WORD), first * WORD);
		}
		return digests;
	}

	/** The digest of the five words of one leaf. Throws unless there are five, each below the modulus. */
	poseidon5(words: readonly bigint[]): bigint {
		if (words.length !== WORDS_PER_LEAF) {
			throw new RangeError(`A leaf has ${WORDS_PER_LEAF} words, found ${words.length}`);
		}
		const packed = new Uint8Array(LEAF);
		words.forEach((word, index) => {
			if (word < 0n || word >= FIELD) throw new RangeError(`Word ${index} is not a field element: ${word}`);
			writeLittleEndian(packed, index * WORD, word);
		});
		return readLittleEndian(this.hashLeaves(packed), 0);
	}
}

/** The scalar field's modulus of BN254. */
export const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

let loaded: Promise<Poseidon> | undefined;

/** Builds the hasher once (about 0.2 s) and returns it. */
export function loadPoseidon(): Promise<Poseidon> {
	loaded ??= buildPoseidon().then((circomlib: { F: { tm: Memory } }) => new Poseidon(circomlib.F.tm));
	return loaded as Promise<Poseidon>;
}

export function readLittleEndian(bytes: Uint8Array, offset: number): bigint {
	const view = new DataView(bytes.buffer, bytes.byteOffset + offset, WORD);
	return (
		view.getBigUint64(0, true) |
		(view.getBigUint64(8, true) << 64n) |
		(view.getBigUint64(16, true) << 128n) |
		(view.getBigUint64(24, true) << 192n)
	);
}

export function writeLittleEndian(bytes: Uint8Array, offset: number, value: bigint): void {
	const view = new DataView(bytes.buffer, bytes.byteOffset + offset, WORD);
	for (let i = 0; i < 4; i++) view.setBigUint64(8 * i, (value >> BigInt(64 * i)) & 0xffffffffffffffffn, true);
}
