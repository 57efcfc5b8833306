import type { Hex, Tag } from "./constants.ts";
import { fromHex, toHex } from "./hex.ts";
import { keccak256 } from "./keccak.ts";

const NODE = 32;

/** keccak256(uint8 tag ‖ uint8 level ‖ left ‖ right). */
export function innerNode(tag: Tag, level: number, left: Uint8Array, right: Uint8Array): Uint8Array {
	const preimage = new Uint8Array(2 + 2 * NODE);
	preimage[0] = tag;
	preimage[1] = level;
	preimage.set(left, 2);
	preimage.set(right, 2 + NODE);
	return keccak256(preimage);
}

/** All levels of one tree, kept as bytes: roots, paths and descendants without hashing again. */
export class MerkleTree {
	readonly tag: Tag;
	/** levels[l] holds the nodes of level l one after the other; an odd last node is copied upwards. */
	readonly #levels: readonly Uint8Array[];

	/** @param nodes 32 bytes per node, at least one node; they are not copied */
	constructor(nodes: Uint8Array, tag: Tag, baseLevel = 0) {
		if (nodes.length === 0 || nodes.length % NODE !== 0) {
			throw new RangeError(`A tree has one or more nodes of ${NODE} bytes, found ${nodes.length} bytes`);
		}
		this.tag = tag;
		const levels = [nodes];
		for (let below = nodes; below.length > NODE; ) {
			below = pairs(below, tag, baseLevel + levels.length);
			levels.push(below);
		}
		this.#levels = levels;
	}

	/** @throws RangeError if there are no nodes */
	static of(nodes: readonly Hex[], tag: Tag, baseLevel = 0): MerkleTree {
		const bytes = new Uint8Array(nodes.length * NODE);
		nodes.forEach((node, index) => {
			bytes.set(fromHex(node), index * NODE);
		});
		return new MerkleTree(bytes, tag, baseLevel);
	}

	/** Nodes at level 0. */
	get count(): number {
		return this.#levels[0].length / NODE;
	}

	get height(): number {
		return this.#levels.length - 1;
	}

	get root(): Hex {
		return this.node(this.height, 0);
	}

	/** Node `index` of `level`. Throws RangeError outside of the tree. */
	node(level: number, index: number): Hex {
		const nodes = this.#levels[level];
		if (nodes === undefined || index < 0 || index * NODE >= nodes.length) {
			throw new RangeError(`There is no node ${index} at level ${level} of a tree of ${this.count}`);
		}
		return toHex(nodes.subarray(index * NODE, (index + 1) * NODE));
	}

	/** Siblings of node `index` of level `from` from there on; levels at which it moves up unchanged have none. */
	path(index: number, from = 0): Hex[] {
		this.node(Math.min(from, this.height), index);
		const path: Hex[] = [];
		for (let level = from; level < this.height; level++) {
			const sibling = (index >> (level - from)) ^ 1;
			if (sibling * NODE < this.#levels[level].length) path.push(this.node(level, sibling));
		}
		return path;
	}

	/** Descendants at `childLevel` of the subtree (start, level), left to right. */
	descendants(start: number, level: number, childLevel: number): Hex[] {
		if (childLevel > level || start % 2 ** level !== 0 || start >= this.count) {
			throw new RangeError(
				`(${start}, ${level}) has no descendants of level ${childLevel} among ${this.count}`,
			);
		}
		const first = start / 2 ** childLevel;
		const end = Math.ceil(Math.min(start + 2 ** level, this.count) / 2 ** childLevel);
		return Array.from({ length: end - first }, (_, i) =>
			childLevel > this.height ? this.root : this.node(childLevel, first + i),
		);
	}
}

function pairs(below: Uint8Array, tag: Tag, level: number): Uint8Array {
	const count = below.length / NODE;
	const above = new Uint8Array(Math.ceil(count / 2) * NODE);
	const preimage = new Uint8Array(2 + 2 * NODE);
	preimage[0] = tag;
	preimage[1] = level;
	for (let i = 0; i + 1 < count; i += 2) {
		preimage.set(below.subarray(i * NODE, (i + 2) * NODE), 2);
		above.set(keccak256(preimage), (i / 2) * NODE);
	}
	if (count % 2 === 1) above.set(below.subarray((count - 1) * NODE), above.length - NODE);
	return above;
}
