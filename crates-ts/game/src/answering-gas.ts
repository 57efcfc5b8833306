import { LANES } from "@umpire/commitment/constants.ts";
import { leafCount } from "@umpire/commitment/leaf.ts";
import { treeHeight } from "@umpire/commitment/tree.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";

/**
 * Gas of what a submitter pays for itself to answer a request, measured on the contracts with a margin of a few per cent
 * (test/game/gas.json; the actors' tests hold them to it).
 */
export const ANSWERING = { claim: 210_000, finalise: 75_000, withdraw: 35_000 } as const;
/** What a consumer may burn when the result is delivered, and what the contract spends around it: it reads the output. */
export const CALLBACK = 235_000;
/** Every word but the first of an output of one leaf, which a claim stores. */
export const OUTPUT_WORD = 23_000;
/** Committing to a claim on a sealed request, and its salt. */
export const COMMITTING = 60_000;
/** Per 32 bytes of calldata of the output's way to the trace root. */
const WORD = 1_450;
/** The price of gas may rise until the claim is final. */
const MARGIN_PERCENT = 20n;

/** What the gas of answering a request of a program depends on. */
export type AnsweredProgram = Pick<
	ProgramHeader,
	"operatorCount" | "steps" | "lazy" | "outputElements" | "outputWidth"
>;

/** Gas that a submitter pays to answer a request of a program. */
export function answeringGas(program: AnsweredProgram, hasConsumer: boolean): number {
	const { operatorCount, steps, lazy } = program;
	const path = lazy ? 0 : WORD * (treeHeight(operatorCount) + treeHeight(steps));
	const claim = ANSWERING.claim + path + OUTPUT_WORD * (wordsStored(program) - 1);
	const own = claim + ANSWERING.finalise + ANSWERING.withdraw;
	return own + (hasConsumer ? CALLBACK : 0);
}

/** Words that a claim stores of its output: those of its only leaf, or its root. */
function wordsStored({ outputElements, outputWidth }: AnsweredProgram): number {
	if (leafCount(outputElements, outputWidth) > 1) return 1;
	return Math.ceil(outputElements / LANES[outputWidth]);
}

/** The fee below which answering a request costs more than it brings, with a margin. */
export function leastFeeOf(header: AnsweredProgram, price: bigint, hasConsumer: boolean): bigint {
	return withMargin(BigInt(answeringGas(header, hasConsumer)) * price);
}

/** An amount and a fifth more. */
export const withMargin = (amount: bigint): bigint => (amount * (100n + MARGIN_PERCENT)) / 100n;
