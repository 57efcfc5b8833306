import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import type { TensorCommitment } from "@umpire/commitment/tensor.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { segmentCount, segmentLength, stepsFrom } from "@umpire/operators/segments.ts";

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

type Header = Pick<ProgramHeader, "steps" | "segment">;
/** By step and operator; steps that nobody has are left out. */
type Tensors = readonly (readonly Pick<TensorCommitment, "root">[])[];

/** The tree over the operators of one step. */
export const stepTreeOf = (tensors: Tensors[number]): MerkleTree =>
	MerkleTree.of(
		tensors.map(({ root }) => root),
		TAG.operators,
	);

/** The trees of a program in segments of whose steps only the last ones of all segments are known. */
export function checkpointTrees(header: Header, operators: Tensors): TraceTrees {
	const stepTrees = operators.map(stepTreeOf);
	const stepRoots = stepTrees.map(({ root }) => root);
	const traceTree = MerkleTree.of(Object.values(stepRoots), TAG.checkpoints);
	const none = new Array<MerkleTree>(segmentCount(header));
	return { stepTrees, stepRoots, segmentTrees: none, traceTree, traceRoot: traceTree.root };
}

/** What the trees of a segment's steps add to those of the checkpoints. */
export function segmentTrees(
	header: Header,
	known: TraceTrees,
	stepTrees: readonly MerkleTree[],
	segment: number,
): Pick<TraceTrees, "stepTrees" | "stepRoots" | "segmentTrees"> {
	const first = segment * segmentLength(header);
	const end = first + stepsFrom(header, first);
	const stepRoots = [...known.stepRoots];
	for (let step = first; step < end; step++) stepRoots[step] = stepTrees[step].root;
	const trees = [...known.segmentTrees];
	trees[segment] = MerkleTree.of(stepRoots.slice(first, end), TAG.steps);
	return { stepTrees, stepRoots, segmentTrees: trees };
}

/** The trees of a trace all of whose steps are known. */
export function traceTrees(header: Header, operators: Tensors): TraceTrees {
	const stepTrees = operators.map(stepTreeOf);
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
