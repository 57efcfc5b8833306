import type { Hex, Width } from "@umpire/commitment/constants.ts";
import { elementsInLeaf } from "@umpire/commitment/leaf.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { GameError } from "./errors.ts";
import { requireLive } from "./patch.ts";
import { demanded } from "./search.ts";
import {
	type BoundTrace,
	type Claim,
	type Dispute,
	type GameState,
	openingKey,
	PHASE,
	type Phase,
	SIDE,
} from "./state.ts";

const MOST_CROWDING = 2 ** 31 - 1;

/** When what an open dispute demands was published, 0 if it was not. */
export function publishedAt(state: GameState, d: Dispute): number {
	if (d.phase === PHASE.leaf) return leafPublishedAt(state, d);
	if (d.phase === PHASE.partials) return d.partialsAt;
	const claim = state.claims[d.claim - 1];
	const header = state.programs.get(state.requests[claim.request - 1].program)!;
	if (d.phase === PHASE.root) return boundTrace(claim, header, d.start)?.boundAt ?? 0;
	const { childLevel, children } = demanded(d, header, state.parameters);
	return state.openings.get(openingKey(d.node, d.tree, childLevel, children)) ?? 0;
}

/** A leaf whose node names another width or count than its tensor has is malformed: no answer. */
function leafPublishedAt(state: GameState, d: Dispute): number {
	const leaf = state.leaves.get(d.node);
	if (leaf === undefined || leaf.width !== d.width) return 0;
	return leaf.count === elementsInLeaf(d.start, d.elements, d.width as Width) ? leaf.time : 0;
}

/** The header of the program that a claim is of. */
export function headerOf(state: GameState, claimId: number): ProgramHeader {
	return state.programs.get(state.requests[state.claims[claimId - 1].request - 1].program)!;
}

/** Seconds that the other open disputes against the claim add to the increments of a demand made now. */
export function crowdingNow(state: GameState, claimId: number): number {
	const others = state.claims[claimId - 1].openDisputes - 1;
	return Math.min(state.parameters.crowding * others, MOST_CROWDING);
}

/** A dispute that is not over. */
export function requireDispute(state: GameState, id: number): Dispute {
	const d = state.disputes[id - 1];
	if (d === undefined) throw new GameError("UnknownDispute", id);
	if (d.phase === PHASE.closed) throw new GameError("WrongPhase", id, PHASE.closed, PHASE.search);
	return d;
}

export function requirePhase(state: GameState, id: number, expected: Phase): Dispute {
	const d = state.disputes[id - 1];
	if (d === undefined) throw new GameError("UnknownDispute", id);
	if (d.phase !== expected) throw new GameError("WrongPhase", id, d.phase, expected);
	return d;
}

/** Checks that the sender is the challenger and to move; returns when the demand was answered. */
export function requireTurn(state: GameState, id: number, d: Dispute, sender: Hex): number {
	requireLive(state, d.claim);
	if (sender !== d.challenger) throw new GameError("NotTheChallenger", sender, d.challenger);
	const published = publishedAt(state, d);
	if (published === 0) throw new GameError("WrongTurn", id, SIDE.submitter, SIDE.challenger);
	return published;
}

/** True iff the claim of a lazy program has no trace yet. */
export function isUnbound({ boundAt }: Claim, header: Pick<ProgramHeader, "lazy">): boolean {
	return header.lazy && boundAt === 0;
}

/** The trace that a segment of a claim, or a lazy claim (segment 0), was bound to; undefined if it was not. */
export function boundTrace(
	claim: Claim,
	header: Pick<ProgramHeader, "lazy">,
	segment: number,
): BoundTrace | undefined {
	if (!header.lazy) return claim.segments.get(segment);
	return segment === 0 && !isUnbound(claim, header) ? claim : undefined;
}

/** Checks that the words are those published for the disputed leaf. */
export function requireWords(state: GameState, d: Dispute, words: readonly bigint[]): void {
	if (words.join() !== state.leaves.get(d.node)?.words.join()) throw new GameError("WrongWords");
}
