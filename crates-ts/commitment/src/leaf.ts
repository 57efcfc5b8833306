import { type Hex, LANES, LEAF_ELEMENTS, TAG, type Width, WORDS_PER_LEAF } from "./constants.ts";
import { type Elements, emptyElements } from "./elements.ts";
import { toHex, writeUnsigned } from "./hex.ts";
import { keccak256 } from "./keccak.ts";
import { readLittleEndian } from "./poseidon.ts";

/** Words that are not a well-formed leaf. */
export class LeafError extends Error {
	override readonly name = "LeafError";
}

/** Leaves of a tensor of `elements` elements. */
export function leafCount(elements: number, width: Width): number {
	return Math.ceil(elements / LEAF_ELEMENTS[width]);
}

/** Elements in leaf `leaf` of a tensor of `elements` elements: full ones but for the last. */
export function elementsInLeaf(leaf: number, elements: number, width: Width): number {
	return Math.min(LEAF_ELEMENTS[width], elements - leaf * LEAF_ELEMENTS[width]);
}

/**
 * Packs whole leaves of a tensor into bytes: five little-endian 32-byte words per leaf.
 * Lanes are whole bytes, so that packing is copying.
 */
export function packLeaves(elements: Elements, width: Width, firstLeaf: number, leaves: number): Uint8Array {
	const target = new Uint8Array(leaves * WORDS_PER_LEAF * 32);
	const lanes = LANES[width];
	const offset = 2 ** (width - 1);
	const view = new DataView(target.buffer);
	let from = firstLeaf * LEAF_ELEMENTS[width];
	for (let word = 0; word < leaves * WORDS_PER_LEAF; word++) {
		const end = Math.min(from + lanes, elements.length);
		let at = word * 32;
		if (width === 8) for (; from < end; from++) target[at++] = elements[from] + offset;
		else if (width === 16)
			for (; from < end; from++, at += 2) view.setUint16(at, elements[from] + offset, true);
		else for (; from < end; from++, at += 4) view.setUint32(at, elements[from] + offset, true);
	}
	return target;
}

/**
 * The five words of one leaf (protocol section 1).
 *
 * @param elements 1 … 155, 75 or 35 integers of 8, 16 or 32 bits
 */
export function packLeaf(elements: ArrayLike<number>, width: Width): bigint[] {
	if (elements.length < 1 || elements.length > LEAF_ELEMENTS[width]) {
		throw new LeafError(
			`A leaf of ${width} bits has 1 to ${LEAF_ELEMENTS[width]} elements, found ${elements.length}`,
		);
	}
	const typed = emptyElements(width, elements.length);
	for (let i = 0; i < elements.length; i++) {
		typed[i] = elements[i];
		if (typed[i] !== elements[i]) throw new LeafError(`${elements[i]} is not an integer of ${width} bits`);
	}
	const packed = packLeaves(typed, width, 0, 1);
	return Array.from({ length: WORDS_PER_LEAF }, (_, word) => readLittleEndian(packed, word * 32));
}

/** Throws LeafError unless `words` are five, each below its bound for `count` elements. */
export function checkWords(words: readonly bigint[], width: Width, count: number): void {
	if (words.length !== WORDS_PER_LEAF) {
		throw new LeafError(`A leaf has ${WORDS_PER_LEAF} words, found ${words.length}`);
	}
	if (!Number.isInteger(count) || count < 1 || count > LEAF_ELEMENTS[width]) {
		throw new LeafError(`A leaf of ${width} bits has 1 to ${LEAF_ELEMENTS[width]} elements, found ${count}`);
	}
	words.forEach((word, index) => {
		const lanes = Math.max(0, Math.min(LANES[width], count - index * LANES[width]));
		if (word < 0n || word >> BigInt(width * lanes) !== 0n) {
			throw new LeafError(
				`Word ${index} of a leaf with ${count} elements is not below 2^${width * lanes}: ${word}`,
			);
		}
	});
}

/** The first `count` elements of a leaf. Throws LeafError if the words are malformed. */
export function unpackLeaf(words: readonly bigint[], width: Width, count: number): number[] {
	checkWords(words, width, count);
	const lanes = LANES[width];
	const offset = 2 ** (width - 1);
	const mask = (1n << BigInt(width)) - 1n;
	return Array.from({ length: count }, (_, i) => {
		const shift = BigInt(width * (i % lanes));
		return Number((words[Math.floor(i / lanes)] >> shift) & mask) - offset;
	});
}

/** The leaf node of a digest (big-endian in the preimage). */
export function leafNode(width: Width, count: number, digest: bigint): Hex {
	const preimage = new Uint8Array(36);
	preimage[0] = TAG.leaf;
	preimage[1] = width;
	preimage[2] = count >> 8;
	preimage[3] = count & 255;
	writeUnsigned(preimage, 4, 32, digest);
	return toHex(keccak256(preimage));
}
