import { LEAF_ELEMENTS, TAG, type Tag, WIDTHS, type Width } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { elementsInLeaf, leafCount, leafNode, packLeaf } from "@umpire/commitment/leaf.ts";
import { FIELD, loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { rootFromPath, rootOfDescendants, treePath, treeRoot } from "@umpire/commitment/tree.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
	harness = await openHarness();
});
afterAll(() => harness.close());

/** A leaf: its width and its elements. */
const leaf = fc.constantFrom(...WIDTHS).chain((width) => {
	const { low, high } = rangeOf(width);
	const elements = fc.array(fc.integer({ min: low, max: high }), {
		minLength: 1,
		maxLength: LEAF_ELEMENTS[width],
		size: "max",
	});
	return fc.record({ width: fc.constant(width), elements });
});

const nodes = (most: number) =>
	fc.array(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(wordHex), {
		minLength: 1,
		maxLength: most,
		size: "max",
	});

describe("leaves on chain are those of TypeScript", () => {
	test("nodes and elements", async () => {
		const poseidon = await loadPoseidon();
		await fc.assert(
			fc.asyncProperty(leaf, fc.nat(), async ({ width, elements }, pick) => {
				const words = packLeaf(elements, width);
				const node = leafNode(width, elements.length, poseidon.poseidon5(words));
				expect(await harness.call("publishedNode", [width, elements.length, words])).toBe(node);
				const index = pick % elements.length;
				expect(await harness.call("element", [width, words, index])).toBe(BigInt(elements[index]));
			}),
			{ numRuns: 40 },
		);
	});

	test("a word that lanes cannot make reverts, whatever its digest", async () => {
		await fc.assert(
			fc.asyncProperty(leaf, fc.nat(4), async ({ width, elements }, word) => {
				const words = packLeaf(elements, width);
				const lanes = LEAF_ELEMENTS[width] / 5;
				const used = Math.max(0, Math.min(lanes, elements.length - word * lanes));
				for (const wrong of [
					words[word] + 2n ** BigInt(width * used),
					words[word] + FIELD,
					2n ** 256n - 1n,
				]) {
					const call = [width, elements.length, words.with(word, wrong)] as const;
					expect(await harness.revert("publishedNode", call)).toBe("WordOutOfRange");
				}
			}),
			{ numRuns: 20 },
		);
	});

	test("a leaf of no elements, of too many and of an unknown width reverts", async () => {
		const words = [0n, 0n, 0n, 0n, 0n];
		expect(await harness.revert("publishedNode", [8, 0, words])).toBe("WrongCount");
		expect(await harness.revert("publishedNode", [8, 156, words])).toBe("WrongCount");
		expect(await harness.revert("publishedNode", [64, 1, words])).toBe("WrongWidth");
		expect(await harness.revert("element", [16, words, 75])).toBe("ElementNotInLeaf");
	});

	test("the number of leaves and of their elements", async () => {
		const sizes = fc.integer({ min: 1, max: 2 ** 31 });
		await fc.assert(
			fc.asyncProperty(sizes, fc.constantFrom(...WIDTHS), fc.nat(), async (elements, width: Width, pick) => {
				const leaves = leafCount(elements, width);
				const index = pick % 2 === 0 ? leaves - 1 : pick % leaves;
				const shape = [BigInt(leaves), BigInt(elementsInLeaf(index, elements, width))];
				expect(await harness.call("leafShape", [elements, width, index])).toEqual(shape);
			}),
			{ numRuns: 50 },
		);
	});
});

describe("trees on chain are those of TypeScript", () => {
	test("roots of leaves and of descendants", async () => {
		const tags = fc.constantFrom(...(Object.values(TAG) as Tag[]));
		await fc.assert(
			fc.asyncProperty(nodes(40), tags, fc.nat(20), async (children, tag, childLevel) => {
				const root = rootOfDescendants(children, childLevel, tag);
				expect(await harness.call("root", [children, tag, childLevel])).toBe(root);
			}),
			{ numRuns: 60 },
		);
		expect(await harness.revert("root", [[], 1, 0])).toBe("NoNodes");
	});

	test("paths, and every change of one", async () => {
		await fc.assert(
			fc.asyncProperty(nodes(40), fc.nat(), fc.nat(), async (leaves, pick, change) => {
				const count = leaves.length;
				const index = pick % count;
				const path = treePath(leaves, index, TAG.rows);
				const root = treeRoot(leaves, TAG.rows);
				const rootFrom = (node: string, at: number, of: number, siblings: readonly string[], level = 0) =>
					harness.call("rootFromPath", [node, at, of, siblings, TAG.rows, level]);
				expect(rootFromPath(leaves[index], index, count, path, TAG.rows)).toBe(root);
				expect(await rootFrom(leaves[index], index, count, path)).toBe(root);
				const longer = [leaves[index], index, count, [...path, root], TAG.rows, 0];
				expect(await harness.revert("rootFromPath", longer)).toBe("WrongPathLength");
				const beyond = [leaves[index], count, count, path, TAG.rows, 0];
				expect(await harness.revert("rootFromPath", beyond)).toBe("IndexOutOfRange");
				if (path.length === 0) return;
				const swapped = path.with(change % path.length, root);
				expect(await rootFrom(leaves[index], index, count, swapped)).not.toBe(root);
				expect(await rootFrom(root, index, count, path)).not.toBe(root);
				expect(await rootFrom(leaves[index], index, count, path, 1)).not.toBe(root);
				const shorter = [leaves[index], index, count, path.slice(1), TAG.rows, 0];
				expect(await harness.revert("rootFromPath", shorter)).toBe("WrongPathLength");
			}),
			{ numRuns: 40 },
		);
	});
});
