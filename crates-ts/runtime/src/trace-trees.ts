import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import type { TensorCommitment } from "@umpire/commitment/tensor.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { segmentLength } from "@umpire/operators/segments.ts";

/** The trees over the tensors of a trace (docs/protocol.md section 1). */
export interface TraceTrees {
	/** One tree per step over its operators' roots (tag 2). */
	readonly stepTrees: readonly MerkleTree[];
	readonly stepRoots: readonly Hex[];
	/** One tree per segment over its steps' roots (tag 3): a single one if the program has no segments. */
	readonly segmentTrees: readonly MerkleTree[];
	/** What a claim carries: the tree of all steps, or over the last steps of all segments (tag 8). */
	readonly traceTree: MerkleTree;
	readonly traceRoot: Hex;
}

/** @param operators tensors by step and operator */
export function traceTrees(
	header: Pick<ProgramHeader, "steps" | "segment">,
	operators: readonly (readonly Pick<TensorCommitment, "root">[])[],
): TraceTrees {
	const stepTrees = operators.map((tensors) =>
		MerkleTree.of(
			tensors.map(({ root }) => root),
			TAG.operators,
		),
	);
	const stepRoots = stepTrees.map(({ root }) => root);
	const length = segmentLength(header);
	const segmentTrees: MerkleTree[] = [];
	const checkpoints: Hex[] = [];
	for (let first = 0; first < stepRoots.length; first += length) {
		const steps = stepRoots.slice(first, first + length);
		segmentTrees.push(MerkleTree.of(steps, TAG.steps));
		checkpoints.push(steps[steps.length - 1]);
	}
	const traceTree = header.segment === 0 ? segmentTrees[0] : MerkleTree.of(checkpoints, TAG.checkpoints);
	return { stepTrees, stepRoots, segmentTrees, traceTree, traceRoot: traceTree.root };
}
