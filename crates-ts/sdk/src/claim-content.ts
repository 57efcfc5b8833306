import type { Elements } from "@umpire/commitment/elements.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { commitTensor, type TensorCommitment, toPhysical } from "@umpire/commitment/tensor.ts";
import type { BindTraceMove, ClaimMove } from "@umpire/game/move.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import { segmentLength, stepsFrom } from "@umpire/operators/segments.ts";
import type { Trace } from "@umpire/runtime/trace.ts";

/** What a claim states: the trace root and the opened output, or of a lazy program the output alone. */
export type ClaimContent = Pick<ClaimMove, "traceRoot" | "opening">;

const NO_WORDS = [0n, 0n, 0n, 0n, 0n];

/** What the claim of a trace states. */
export function claimOfTrace({ header }: Pick<ProgramCommitment, "header">, trace: Trace): ClaimContent {
	const output = trace.operators[header.steps - 1][header.outputOperator];
	const operatorPath = trace.stepTrees[header.steps - 1].path(header.outputOperator);
	const stepPath = trace.traceTree.path(trace.traceTree.count - 1);
	const opening = { root: output.root, operatorPath, stepPath, words: wordsOf(output) };
	return { traceRoot: trace.traceRoot, opening };
}

/**
 * What the claim of a lazy program states: nothing but its output is committed.
 *
 * @param output the primary output in logical order
 */
export async function claimOfOutput(program: Program, output: Elements): Promise<ClaimContent> {
	const { shape, layout, width } = program.operators[program.outputs[0].operator];
	const tensor = await commitTensor(toPhysical(output, shape, layout), width);
	const opening = { root: tensor.root, operatorPath: [], stepPath: [], words: wordsOf(tensor) };
	return { traceRoot: wordHex(0n), opening };
}

/** The trace of a segment, with its last step on the way to what the claim says. */
export function bindingOf(
	{ header }: Pick<ProgramCommitment, "header">,
	{ stepTrees, segmentTrees, traceTree }: Pick<Trace, "stepTrees" | "segmentTrees" | "traceTree">,
	segment: number,
): Omit<BindTraceMove, "type" | "claim" | "segment"> {
	const first = segment * segmentLength(header);
	const last = stepsFrom(header, first) - 1;
	const step = stepTrees[first + last];
	return {
		traceRoot: segmentTrees[segment].root,
		lastStep: step.root,
		stepPath: segmentTrees[segment].path(last),
		claimPath: header.lazy ? step.path(header.outputOperator) : traceTree.path(segment),
	};
}

const wordsOf = (tensor: TensorCommitment): readonly bigint[] =>
	tensor.leafCount === 1 ? tensor.words(0) : NO_WORDS;
