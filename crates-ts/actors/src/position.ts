import { LEAF_ELEMENTS, TAG, type Width } from "@umpire/commitment/constants.ts";
import type { Levels } from "@umpire/commitment/levels.ts";
import type { TensorCommitment } from "@umpire/commitment/tensor.ts";
import { hasRunOut, turnOf } from "@umpire/game/clock.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import { demanded } from "@umpire/game/search.ts";
import { CLAIM_STATUS, type Claim, type Dispute, type GameState, PHASE, SIDE } from "@umpire/game/state.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import type { Evidence } from "./evidence.ts";

/** An open dispute of a live claim, with all that decisions look at. */
export interface OpenDispute {
	readonly id: number;
	readonly dispute: Dispute;
	readonly claim: Claim;
	readonly header: ProgramHeader;
	readonly side: number;
	/** Whether the side to move can be timed out. */
	readonly expired: boolean;
}

/** The dispute with a number, if it is open and its claim undecided. `now` in seconds. */
export function openDispute(state: GameState, id: number, now: bigint): OpenDispute | undefined {
	const dispute = state.disputes[id - 1];
	const claim = state.claims[dispute.claim - 1];
	if (dispute.phase === PHASE.closed || claim?.status !== CLAIM_STATUS.live) return undefined;
	const header = state.programs.get(state.requests[claim.request - 1].program)!;
	const turn = turnOf(dispute, publishedAt(state, dispute), state.parameters);
	return { id, dispute, claim, header, side: turn.side, expired: hasRunOut(turn, Number(now)) };
}

/** True iff the challenger is to move. */
export const isChallengersTurn = ({ side }: OpenDispute): boolean => side === SIDE.challenger;

/** The tree of a trace in which a dispute searches. */
export function treeAt({ trace }: Evidence, { tree, step, operator }: Dispute): Levels {
	if (tree === TAG.steps) return trace.traceTree;
	if (tree === TAG.operators) return trace.stepTrees[step];
	return trace.operators[step][operator].tree;
}

/** A trace's own answer to what a dispute demands. */
export function ownChildren(evidence: Evidence, { dispute, header }: OpenDispute, state: GameState) {
	const { childLevel } = demanded(dispute, header, state.parameters);
	const children = treeAt(evidence, dispute).descendants(dispute.start, dispute.level, childLevel);
	return { childLevel, children };
}

/** The tensor whose leaf is disputed. */
export function tensorAt({ trace }: Evidence, { step, operator }: Dispute): TensorCommitment {
	return trace.operators[step][operator];
}

/** The first element of the disputed leaf. */
export function firstElement({ start, width }: Dispute): number {
	return start * LEAF_ELEMENTS[width as Width];
}
