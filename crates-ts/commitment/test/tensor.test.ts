import { LEAF_ELEMENTS, WIDTHS } from "@umpire/commitment/constants.ts";
import { emptyElements, rangeOf } from "@umpire/commitment/elements.ts";
import { leafNode, packLeaf, unpackLeaf } from "@umpire/commitment/leaf.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import {
	commitTensor,
	commitTensorWith,
	stridesOf,
	toLogical,
	toPhysical,
} from "@umpire/commitment/tensor.ts";
import { treePath, treeRoot } from "@umpire/commitment/tree.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeVectors } from "./make-vectors.ts";
import vectors from "./vectors.json" with { type: "json" };

/** A tensor's width and elements; runs of equal elements fill whole leaves. */
const tensor = fc.constantFrom(...WIDTHS).chain((width) => {
	const { low, high } = rangeOf(width);
	const run = fc.tuple(
		fc.integer({ min: low, max: high }),
		fc.integer({ min: 1, max: 3 * LEAF_ELEMENTS[width] }),
	);
	const mixed = fc.array(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 200 });
	const piece = fc.oneof(
		run.map(([value, length]) => new Array<number>(length).fill(value)),
		mixed,
	);
	return fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => {
		const elements = emptyElements(width, pieces.flat().length);
		elements.set(pieces.flat());
		return { width, elements };
	});
});

describe("a committed tensor", () => {
	test("is the tree over its leaves, each packed and hashed alone", async () => {
		const poseidon = await loadPoseidon();
		await fc.assert(
			fc.asyncProperty(tensor, async ({ width, elements }) => {
				const committed = await commitTensor(elements, width);
				const size = LEAF_ELEMENTS[width];
				const leaves = Array.from({ length: Math.ceil(elements.length / size) }, (_, leaf) => {
					const inLeaf = [...elements.slice(leaf * size, (leaf + 1) * size)];
					const words = packLeaf(inLeaf, width);
					expect(committed.words(leaf)).toEqual(words);
					expect(committed.count(leaf)).toBe(inLeaf.length);
					expect(unpackLeaf(words, width, inLeaf.length)).toEqual(inLeaf);
					expect(committed.digest(leaf)).toBe(poseidon.poseidon5(words));
					return leafNode(width, inLeaf.length, poseidon.poseidon5(words));
				});
				expect(committed.leaves).toEqual(leaves);
				expect(committed.digests.length).toBe(leaves.length);
				expect(committed.root).toBe(treeRoot(leaves, 1));
				expect(committed.path(leaves.length - 1)).toEqual(treePath(leaves, leaves.length - 1, 1));
			}),
			{ numRuns: 30 },
		);
	});

	test("of no elements or of another width is refused", async () => {
		await expect(commitTensor(new Int8Array(0), 8)).rejects.toThrow(/without elements/);
		await expect(commitTensor(new Int8Array(1), 16)).rejects.toThrow(
			/16 bits was given as elements of 8 bits/,
		);
		const one = await commitTensor(new Int8Array(1), 8);
		expect(() => one.words(1)).toThrow(RangeError);
		expect(() => one.path(1)).toThrow(RangeError);
	});

	test("is the same whether its leaves are hashed on one thread or on several", async () => {
		const data = new Int32Array(35 * 4200 + 3).map((_, i) => Math.imul(i, 2654435761));
		const committed = await commitTensor(data, 32);
		expect(committed.root).toBe(commitTensorWith(await loadPoseidon(), data, 32).root);
	});

	test("has not changed since the golden vectors were made", async () => {
		expect(await makeVectors()).toEqual(vectors);
	});
});

describe("physical order", () => {
	const layouts = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 }).chain((shape) =>
		fc.record({
			shape: fc.constant(shape),
			layout: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
		}),
	);

	test("lists the axes in the layout's order", () => {
		fc.assert(
			fc.property(layouts, ({ shape, layout }) => {
				const count = shape.reduce((product, size) => product * size, 1);
				const logical = new Int32Array(count).map((_, i) => i);
				const physical = toPhysical(logical, shape, layout);
				const sizes = layout.map((axis) => shape[axis]);
				const physicalStrides = stridesOf(sizes);
				const logicalStrides = stridesOf(shape);
				for (let i = 0; i < count; i++) {
					const digits = sizes.map((size, d) => Math.floor(i / physicalStrides[d]) % size);
					expect(physical[i]).toBe(
						layout.reduce((sum, axis, d) => sum + digits[d] * logicalStrides[axis], 0),
					);
				}
				expect([...toLogical(physical, shape, layout)]).toEqual([...logical]);
			}),
		);
	});

	test("is the same array if no axis of size above 1 moves", () => {
		const data = new Int8Array(6);
		expect(toPhysical(data, [1, 2, 3], [1, 0, 2])).toBe(data);
		expect(toLogical(data, [6], [0])).toBe(data);
	});
});
