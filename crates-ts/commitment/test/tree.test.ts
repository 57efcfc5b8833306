import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { fromHex, toHex, wordHex } from "@umpire/commitment/hex.ts";
import { innerNode, MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import {
	descendants,
	rootFromPath,
	rootOfDescendants,
	treeHeight,
	treePath,
	treeRoot,
} from "@umpire/commitment/tree.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const node = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(wordHex);
const nodes = fc.array(node, { minLength: 1, maxLength: 70, size: "max" });
const tag = fc.constantFrom(...Object.values(TAG));

/** RFC 6962 in its own words: the left subtree is the largest full one that is smaller than the tree. */
function rfc6962(leaves: readonly Hex[], treeTag: (typeof TAG)[keyof typeof TAG]): Hex {
	if (leaves.length === 1) return leaves[0];
	const level = Math.ceil(Math.log2(leaves.length));
	const half = 2 ** (level - 1);
	const [left, right] = [leaves.slice(0, half), leaves.slice(half)].map((part) =>
		fromHex(rfc6962(part, treeTag)),
	);
	return toHex(innerNode(treeTag, level, left, right));
}

describe("a tree", () => {
	test("has the shape of RFC 6962", () => {
		fc.assert(
			fc.property(nodes, tag, (leaves, t) => {
				expect(treeRoot(leaves, t)).toBe(rfc6962(leaves, t));
			}),
		);
	});

	test("of one leaf is that leaf, of none is refused", () => {
		expect(treeRoot([wordHex(7n)], TAG.tensor)).toBe(wordHex(7n));
		expect(treePath([wordHex(7n)], 0, TAG.tensor)).toEqual([]);
		expect(() => treeRoot([], TAG.tensor)).toThrow(RangeError);
	});

	test("has ⌈log2 n⌉ levels", () => {
		expect([1, 2, 3, 4, 5, 8, 9].map(treeHeight)).toEqual([0, 1, 2, 2, 3, 3, 4]);
		expect(() => treeHeight(0)).toThrow(RangeError);
	});

	test("has another root under another tag", () => {
		expect(treeRoot([wordHex(1n), wordHex(2n)], TAG.steps)).not.toBe(
			treeRoot([wordHex(1n), wordHex(2n)], TAG.rows),
		);
	});
});

describe("a path", () => {
	test("leads every leaf to the root", () => {
		fc.assert(
			fc.property(nodes, tag, (leaves, t) => {
				const levels = MerkleTree.of(leaves, t);
				leaves.forEach((leaf, index) => {
					expect(rootFromPath(leaf, index, leaves.length, levels.path(index), t)).toBe(levels.root);
				});
			}),
			{ numRuns: 30 },
		);
	});

	test("of another leaf, length, level or with another sibling does not", () => {
		fc.assert(
			fc.property(
				fc.uniqueArray(node, { minLength: 2, maxLength: 40 }),
				fc.nat(),
				fc.nat(),
				(leaves, a, b) => {
					const index = a % leaves.length;
					const root = treeRoot(leaves, TAG.tensor);
					const path = treePath(leaves, index, TAG.tensor);
					const from = (leaf: Hex, siblings: readonly Hex[], level = 0) =>
						rootFromPath(leaf, index, leaves.length, siblings, TAG.tensor, level);
					expect(from(leaves[(index + 1) % leaves.length], path)).not.toBe(root);
					expect(from(leaves[index], path.with(b % path.length, root))).not.toBe(root);
					expect(from(leaves[index], path, 1)).not.toBe(root);
					expect(() => from(leaves[index], path.slice(1))).toThrow(/too short/);
					expect(() => from(leaves[index], [...path, root])).toThrow(/siblings, found/);
				},
			),
		);
		expect(() => rootFromPath(wordHex(1n), 3, 3, [], TAG.tensor)).toThrow(/Node 3 is not one of 3/);
	});
});

describe("a subtree", () => {
	test("is the root of its descendants at every level below it", () => {
		fc.assert(
			fc.property(nodes, fc.nat(), fc.nat(), fc.nat(), (leaves, a, b, c) => {
				const level = a % (treeHeight(leaves.length) + 1);
				const start = (b % Math.ceil(leaves.length / 2 ** level)) * 2 ** level;
				const childLevel = c % (level + 1);
				const children = descendants(leaves, start, level, childLevel, TAG.steps);
				const size = Math.min(2 ** level, leaves.length - start);
				expect(children.length).toBe(Math.ceil(size / 2 ** childLevel));
				const expected = treeRoot(leaves.slice(start, start + size), TAG.steps);
				expect(rootOfDescendants(children, childLevel, TAG.steps)).toBe(expected);
				children.forEach((child, index) => {
					const path = MerkleTree.of(children, TAG.steps, childLevel).path(index);
					expect(rootFromPath(child, index, children.length, path, TAG.steps, childLevel)).toBe(expected);
				});
			}),
		);
	});

	test("that is not one of the tree is refused", () => {
		const leaves = [1n, 2n, 3n].map(wordHex);
		expect(() => descendants(leaves, 1, 1, 0, TAG.steps)).toThrow(RangeError);
		expect(() => descendants(leaves, 4, 1, 0, TAG.steps)).toThrow(RangeError);
		expect(() => descendants(leaves, 0, 1, 2, TAG.steps)).toThrow(RangeError);
	});
});
