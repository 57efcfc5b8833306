import { keccak_256 } from "@noble/hashes/sha3.js";
import { type Hex, LEAF_ELEMENTS, TAG, type Width, WORDS_PER_LEAF } from "./constants.ts";
import { type Elements, widthOf } from "./elements.ts";
import { elementsInLeaf, leafCount, packLeaves } from "./leaf.ts";
import { Levels } from "./levels.ts";
import { loadPoseidon, type Poseidon, readLittleEndian } from "./poseidon.ts";

/** Leaves that are packed and hashed at a time. */
const CHUNK = 4096;

/** A committed tensor: its elements in physical order, the digests of its leaves, its keccak tree. */
export class TensorCommitment {
	readonly width: Width;
	readonly elements: Elements;
	readonly tree: Levels;
	/** One little-endian 32-byte digest per leaf. */
	readonly #digests: Uint8Array;

	constructor(elements: Elements, digests: Uint8Array) {
		this.width = widthOf(elements);
		this.elements = elements;
		this.#digests = digests;
		this.tree = new Levels(leafNodes(digests, this.width, elements.length), TAG.tensor);
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
		return elementsInLeaf(leaf, this.elements.length, this.width);
	}

	/** Siblings of a leaf from the bottom. */
	path(leaf: number): Hex[] {
		return this.tree.path(leaf);
	}
}

/**
 * Commits a tensor. About 0.1 ms per leaf; leaves whose elements are all equal are hashed once.
 *
 * @param physical its elements in physical order (kept, not copied), at least one
 * @throws RangeError if there are none or the array is not of `width`
 */
export async function commitTensor(physical: Elements, width: Width): Promise<TensorCommitment> {
	return commitTensorWith(await loadPoseidon(), physical, width);
}

/** `commitTensor` with a hasher that is loaded already. */
export function commitTensorWith(poseidon: Poseidon, physical: Elements, width: Width): TensorCommitment {
	if (physical.length === 0) throw new RangeError("A tensor without elements cannot be committed");
	if (widthOf(physical) !== width) {
		throw new RangeError(`A tensor of ${width} bits was given as elements of ${widthOf(physical)} bits`);
	}
	const leaves = leafCount(physical.length, width);
	const digests = new Uint8Array(leaves * 32);
	const uniform = new Map<number, Uint8Array>();
	let pending: number[] = [];
	const flush = () => {
		const packed = new Uint8Array(pending.length * WORDS_PER_LEAF * 32);
		pending.forEach((leaf, i) => {
			packed.set(packLeaves(physical, width, leaf, 1), i * WORDS_PER_LEAF * 32);
		});
		const hashed = poseidon.hashLeaves(packed);
		pending.forEach((leaf, i) => {
			digests.set(hashed.subarray(i * 32, (i + 1) * 32), leaf * 32);
		});
		pending = [];
	};
	for (let leaf = 0; leaf < leaves; leaf++) {
		const value = uniformValue(physical, leaf * LEAF_ELEMENTS[width], LEAF_ELEMENTS[width]);
		if (value === undefined) {
			if (pending.push(leaf) === CHUNK) flush();
			continue;
		}
		const known = uniform.get(value) ?? poseidon.hashLeaves(packLeaves(physical, width, leaf, 1));
		uniform.set(value, known);
		digests.set(known, leaf * 32);
	}
	flush();
	return new TensorCommitment(physical, digests);
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
		nodes.set(keccak_256(preimage), leaf * 32);
	}
	return nodes;
}

/**
 * Logical (row-major) order to physical order.
 *
 * @param shape the logical shape
 * @param layout its axes in physical order, outermost first
 * @returns `logical` itself if the orders are the same
 */
export function toPhysical(logical: Elements, shape: readonly number[], layout: readonly number[]): Elements {
	return reorder(logical, shape, layout, "physical");
}

/** Physical order to logical (row-major) order; the inverse of `toPhysical`. */
export function toLogical(physical: Elements, shape: readonly number[], layout: readonly number[]): Elements {
	return reorder(physical, shape, layout, "logical");
}

function reorder(
	source: Elements,
	shape: readonly number[],
	layout: readonly number[],
	to: string,
): Elements {
	// Axes of size 1 do not matter for the order.
	const axes = layout.filter((axis) => shape[axis] !== 1);
	if (axes.every((axis, i) => i === 0 || axes[i - 1] < axis)) return source;
	const logicalStrides = stridesOf(shape);
	const sizes = axes.map((axis) => shape[axis]);
	const strides = axes.map((axis) => logicalStrides[axis]);
	const target = new (source.constructor as new (length: number) => Elements)(source.length);
	const inner = sizes.length - 1;
	const innerStride = strides[inner];
	const digits = new Array<number>(inner).fill(0);
	let logical = 0;
	for (let physical = 0; physical < source.length; physical += sizes[inner]) {
		for (let i = 0, at = logical; i < sizes[inner]; i++, at += innerStride) {
			if (to === "physical") target[physical + i] = source[at];
			else target[at] = source[physical + i];
		}
		for (let axis = inner - 1; axis >= 0; axis--) {
			logical += strides[axis];
			if (++digits[axis] < sizes[axis]) break;
			logical -= strides[axis] * sizes[axis];
			digits[axis] = 0;
		}
	}
	return target;
}

/** Row-major strides of a shape. */
export function stridesOf(shape: readonly number[]): number[] {
	const strides = new Array<number>(shape.length);
	let stride = 1;
	for (let axis = shape.length - 1; axis >= 0; axis--) {
		strides[axis] = stride;
		stride *= shape[axis];
	}
	return strides;
}
