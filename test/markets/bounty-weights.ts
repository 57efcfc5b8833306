import { type Hex, TAG, type Width } from "@umpire/commitment/constants.ts";
import { emptyElements } from "@umpire/commitment/elements.ts";
import { elementsInLeaf, leafNode } from "@umpire/commitment/leaf.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { commitTensorWith } from "@umpire/commitment/tensor.ts";
import type { ShownLeaf } from "@umpire/markets/bounty-state.ts";
import { shownLeaves } from "@umpire/markets/shown-weights.ts";

const poseidon = await loadPoseidon();

/** Weights as they are shown: the root that is committed to, and the leaves. */
export interface Weights {
	readonly root: Hex;
	readonly leaves: readonly ShownLeaf[];
	/** a leaf whose words have another digest than is shown */
	readonly wrong?: number;
}

export interface Shape {
	readonly width: Width;
	readonly elements: number;
}
/** One leaf, and two parts. */
export const SMALL: Shape = { width: 16, elements: 40 };
export const LARGE: Shape = { width: 32, elements: 35 * 129 + 1 };

/** Some weights of a shape; others for every seed. */
export function weightsOf({ width, elements }: Shape, seed: number): Weights {
	const data = emptyElements(width, elements);
	for (let i = 0; i < elements; i++) data[i] = ((i * 7 + seed * 13) % 201) - 100;
	const tensor = commitTensorWith(poseidon, data, width);
	return { root: tensor.root, leaves: shownLeaves(tensor) };
}

/** The same, but for the digest of one leaf: nobody but who has made it can say what is committed to. */
export function withWrongDigest(shape: Shape, weights: Weights, leaf: number): Weights {
	const { words, digest } = weights.leaves[leaf];
	const leaves = weights.leaves.with(leaf, { words, digest: digest + 1n });
	const nodes = leaves.map((shown, i) =>
		leafNode(shape.width, elementsInLeaf(i, shape.elements, shape.width), shown.digest),
	);
	return { root: MerkleTree.of(nodes, TAG.tensor).root, leaves, wrong: leaf };
}
