import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import type { TensorCommitment } from "@umpire/commitment/tensor.ts";
import { encodeAbiParameters, keccak256 } from "viem";
import type { ShownLeaf } from "./bounty-state.ts";

/** Leaves that are shown at once (contracts/libraries/ShownWeights.sol). */
export const PART = 128;

const CONTENT = [{ type: "uint256[5]" }, { type: "uint256" }] as const;

/** What is shown of a tensor, leaf by leaf. */
export function shownLeaves(tensor: Pick<TensorCommitment, "leafCount" | "words" | "digest">): ShownLeaf[] {
	return Array.from({ length: tensor.leafCount }, (_, leaf) => ({
		words: tensor.words(leaf),
		digest: tensor.digest(leaf),
	}));
}

/** The tree of what was shown: root and paths show one leaf of it. */
export function contentTree(leaves: readonly ShownLeaf[]): MerkleTree {
	return MerkleTree.of(leaves.map(contentOf), TAG.tensor);
}

/** A leaf of it: keccak256(words ‖ digest). */
export function contentOf({ words, digest }: ShownLeaf): Hex {
	const [a, b, c, d, e] = words;
	return keccak256(encodeAbiParameters(CONTENT, [[a, b, c, d, e], digest]));
}
