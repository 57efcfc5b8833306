import { hashBatches } from "#hash-batches";
import { type Hex, LEAF_ELEMENTS, TAG, type Width, WORDS_PER_LEAF } from "./constants.ts";
import { type Elements, widthOf } from "./elements.ts";
import { keccak256 } from "./keccak.ts";
import { elementsInLeaf, leafCount, packLeaves } from "./leaf.ts";
import { MerkleTree } from "./merkle-tree.ts";
import { loadPoseidon, type Poseidon, readLittleEndian } from "./poseidon.ts";

/** Leaves that are packed and hashed at a time. */
const BATCH = 256;
/** So many leaves go to threads: below, starting them takes longer. */
const THREADS_FROM = 4096;

/** Elements that are made when they are asked for. */
interface Deferred {
	readonly width: Width;
	readonly length: number;
	readonly make: () => Elements;
}

/** A committed tensor: its elements in physical order, the digests of its leaves, its keccak tree. */
export class TensorCommitment {
	readonly width: Width;
	readonly tree: MerkleTree;
	/** How many elements there are. */
	readonly length: number;
	readonly #elements: () => Elements;
	/** One little-endian 32-byte digest per leaf. */
	readonly #digests: Uint8Array;

	/**
	 * @param elements in physical order: they are kept, or made when they are asked for
	 * @param tree over the digests, where it is known
	 */
	constructor(elements: Elements | Deferred, digests: Uint8Array, tree?: MerkleTree) {
		const deferred = "make" in elements ? elements : undefined;
		const { width, length } = deferred ?? { width: widthOf(elements as Elements), length: elements.length };
		this.width = width;
		this.length = length;
		this.#elements = deferred?.make ?? (() => elements as Elements);
		this.#digests = digests;
		this.tree = tree ?? new MerkleTree(leafNodes(digests, width, length), TAG.tensor);
	}

	/** In physical order. */
	get elements(): Elements {
		return this.#elements();
	}

	/** The same commitment, which does not keep the elements but makes them when they are asked for: they must be the same. */
	withElements(make: () => Elements): TensorCommitment {
		const { width, length, tree } = this;
		return new TensorCommitment({ width, length, make }, this.#digests, tree);
	}

	get root(): Hex {
		return this.tree.root;
	}

	get leafCount(): number {
		return this.tree.count;
	}

	/** Leaf nodes, in order. */
	get leaves(): Hex[] {
		return Array.from({ length: this.leafCount }, (_, leaf) => this.tree.node(0, leaf));
	}

	get digests(): bigint[] {
		return Array.from({ length: this.leafCount }, (_, leaf) => this.digest(leaf));
	}

	digest(leaf: number): bigint {
		this.tree.node(0, leaf);
		return readLittleEndian(this.#digests, leaf * 32);
	}

	/** The five words of a leaf. */
	words(leaf: number): bigint[] {
		this.tree.node(0, leaf);
		const packed = packLeaves(this.elements, this.width, leaf, 1);
		return Array.from({ length: WORDS_PER_LEAF }, (_, word) => readLittleEndian(packed, word * 32));
	}

	/** Elements in a leaf. */
	count(leaf: number): number {
		this.tree.node(0, leaf);
		return elementsInLeaf(leaf, this.length, this.width);
	}

	/** Siblings of a leaf from the bottom. */
	path(leaf: number): Hex[] {
		return this.tree.path(leaf);
	}
}

/**
 * Commits a tensor. About 0.06 ms per leaf and core; leaves whose elements are all equal are hashed
 * once, and large tensors on all cores.
 *
 * @param physical its elements in physical order (kept, not copied), at least one
 * @param together leaves of all tensors that are being committed, if there are others
 * @throws RangeError if there are none or the array is not of `width`
 */
export async function commitTensor(
	physical: Elements,
	width: Width,
	together = 0,
): Promise<TensorCommitment> {
	const poseidon = await loadPoseidon();
	const { digests, mixed } = uniformLeaves(poseidon, physical, width);
	if (mixed.length < BATCH || Math.max(mixed.length, together) < THREADS_FROM) {
		for (const batch of batches(physical, width, mixed, digests))
			batch.take(poseidon.hashLeaves(batch.packed));
	} else {
		const all = batches(physical, width, mixed, digests);
		await hashBatches(() => all.next().value ?? undefined);
	}
	return new TensorCommitment(physical, digests);
}

/** `commitTensor` on this thread, with a hasher that is loaded already. */
export function commitTensorWith(poseidon: Poseidon, physical: Elements, width: Width): TensorCommitment {
	const { digests, mixed } = uniformLeaves(poseidon, physical, width);
	for (const batch of batches(physical, width, mixed, digests)) batch.take(poseidon.hashLeaves(batch.packed));
	return new TensorCommitment(physical, digests);
}

/** Digests with those of leaves of equal elements filled in, and the numbers of the other leaves. */
function uniformLeaves(
	poseidon: Poseidon,
	physical: Elements,
	width: Width,
): { readonly digests: Uint8Array; readonly mixed: number[] } {
	if (physical.length === 0) throw new RangeError("A tensor without elements cannot be committed");
	if (widthOf(physical) !== width) {
		throw new RangeError(`A tensor of ${width} bits was given as elements of ${widthOf(physical)} bits`);
	}
	const leaves = leafCount(physical.length, width);
	const digests = new Uint8Array(leaves * 32);
	const known = new Map<number, Uint8Array>();
	const mixed: number[] = [];
	for (let leaf = 0; leaf < leaves; leaf++) {
		const value = uniformValue(physical, leaf * LEAF_ELEMENTS[width], LEAF_ELEMENTS[width]);
		if (value === undefined) {
			mixed.push(leaf);
			continue;
		}
		const digest = known.get(value) ?? poseidon.hashLeaves(packLeaves(physical, width, leaf, 1));
		known.set(value, digest);
		digests.set(digest, leaf * 32);
	}
	return { digests, mixed };
}

/** The leaves `mixed`, packed a batch at a time; `take` puts their digests where they belong. */
function* batches(physical: Elements, width: Width, mixed: readonly number[], digests: Uint8Array) {
	for (let first = 0; first < mixed.length; first += BATCH) {
		const leaves = mixed.slice(first, first + BATCH);
		const packed = new Uint8Array(leaves.length * WORDS_PER_LEAF * 32);
		leaves.forEach((leaf, i) => {
			packed.set(packLeaves(physical, width, leaf, 1), i * WORDS_PER_LEAF * 32);
		});
		const take = (hashed: Uint8Array): void => {
			leaves.forEach((leaf, i) => {
				digests.set(hashed.subarray(i * 32, (i + 1) * 32), leaf * 32);
			});
		};
		yield { packed, take };
	}
}

/** The value of `count` equal elements; undefined if they differ or are not that many. */
function uniformValue(elements: Elements, start: number, count: number): number | undefined {
	if (start + count > elements.length) return undefined;
	const value = elements[start];
	for (let i = start + 1; i < start + count; i++) if (elements[i] !== value) return undefined;
	return value;
}

function leafNodes(digests: Uint8Array, width: Width, elements: number): Uint8Array {
	const leaves = digests.length / 32;
	const nodes = new Uint8Array(leaves * 32);
	const preimage = new Uint8Array(36);
	preimage[0] = TAG.leaf;
	preimage[1] = width;
	for (let leaf = 0; leaf < leaves; leaf++) {
		const count = elementsInLeaf(leaf, elements, width);
		preimage[2] = count >> 8;
		preimage[3] = count & 255;
		for (let i = 0; i < 32; i++) preimage[4 + i] = digests[leaf * 32 + 31 - i];
		nodes.set(keccak256(preimage), leaf * 32);
	}
	return nodes;
}

export { stridesOf, toLogical, toPhysical } from "./layout.ts";
