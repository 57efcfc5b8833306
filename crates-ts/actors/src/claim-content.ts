import type { Elements } from "@umpire/commitment/elements.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { commitTensor, type TensorCommitment, toPhysical } from "@umpire/commitment/tensor.ts";
import type { BindTraceMove, ClaimMove } from "@umpire/game/move.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { ProgramCommitment } from "@umpire/operators/program-commitment.ts";
import type { Trace } from "@umpire/runtime/trace.ts";

/** What a claim states: the trace root and the opened output, or of a lazy program the output alone. */
export type ClaimContent = Pick<ClaimMove, "traceRoot" | "opening">;

const NO_WORDS = [0n, 0n, 0n, 0n, 0n];

/** What the claim of a trace states. */
export function claimOfTrace({ header }: Pick<ProgramCommitment, "header">, trace: Trace): ClaimContent {
	const output = trace.operators[header.steps - 1][header.outputOperator];
	const { traceRoot, operatorPath, stepPath } = bindingOf({ header }, trace);
	return { traceRoot, opening: { root: output.root, operatorPath, stepPath, words: wordsOf(output) } };
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

/** A trace root with the way of the primary output's tensor root to it. */
export function bindingOf(
	{ header }: Pick<ProgramCommitment, "header">,
	{ traceRoot, stepTrees, traceTree }: Trace,
): Pick<BindTraceMove, "traceRoot" | "operatorPath" | "stepPath"> {
	const last = header.steps - 1;
	return {
		traceRoot,
		operatorPath: stepTrees[last].path(header.outputOperator),
		stepPath: traceTree.path(last),
	};
}

const wordsOf = (tensor: TensorCommitment): readonly bigint[] =>
	tensor.leafCount === 1 ? tensor.words(0) : NO_WORDS;
