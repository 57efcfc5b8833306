import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { leafCount, packLeaf } from "@umpire/commitment/leaf.ts";
import { commitTensor, toPhysical } from "@umpire/commitment/tensor.ts";
import type { Program } from "@umpire/operators/program.ts";

/** What a claim states as its primary output: the tensor root, and the words if it is one leaf. */
export interface StatedOutput {
	readonly outputRoot: Hex;
	readonly words: readonly bigint[];
}

/**
 * Whether a claim states the output that its verifier computed. An output of one leaf was hashed by
 * the contract when it was claimed, so its words are compared and nothing is hashed here; a larger
 * one is committed and its root compared.
 *
 * @param computed the primary output in logical order
 */
export async function outputAgrees(
	program: Program,
	computed: Elements,
	stated: StatedOutput,
): Promise<boolean> {
	const { shape, layout, width } = program.operators[program.outputs[0].operator];
	const physical = toPhysical(computed, shape, layout);
	if (leafCount(physical.length, width) > 1) {
		const { root } = await commitTensor(physical, width);
		return stated.outputRoot === root;
	}
	return packLeaf(physical, width).every((word, i) => word === stated.words[i]);
}
