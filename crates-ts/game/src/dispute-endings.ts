import { wordHex } from "@umpire/commitment/hex.ts";
import { segmentOf } from "@umpire/operators/segments.ts";
import type { Arbiter } from "./arbiter.ts";
import { hasRunOut, turnOf } from "./clock.ts";
import { boundTrace, headerOf, publishedAt, requireDispute, requireWords } from "./dispute.ts";
import { GameError } from "./errors.ts";
import type { Case, ReclaimMove, SettleDirectlyMove, SettleMove, TimeoutMove } from "./move.ts";
import { close, credit, forfeit, reject, requireLive } from "./patch.ts";
import { CLAIM_STATUS, type Dispute, type GameState, PHASE, SIDE } from "./state.ts";

/** Of a claim that has no checkpoints. */
const NO_CHECKPOINTS = wordHex(0n);

export function settle(state: GameState, move: SettleMove, now: number, arbiter: Arbiter): GameState {
	const d = requireDispute(state, move.dispute);
	if (d.phase !== PHASE.leaf && d.phase !== PHASE.partials)
		throw new GameError("WrongPhase", move.dispute, d.phase, PHASE.leaf);
	requireLive(state, d.claim);
	if (publishedAt(state, d) === 0) {
		throw new GameError("WrongTurn", move.dispute, SIDE.submitter, SIDE.challenger);
	}
	const { settlement } = move;
	requireWords(state, d, settlement.words);
	const inParts = d.phase === PHASE.partials;
	if (inParts) {
		if (settlement.element !== d.element) {
			throw new GameError("WrongElement", settlement.element, d.element);
		}
		if (settlement.partials.join() !== d.partials.join()) throw new GameError("NotThePartials");
	}
	const at = { step: d.step, operator: d.operator, leaf: d.start };
	arbiter.judge({ ...caseOf(state, d.claim, at), beneficiary: d.challenger, inParts }, settlement);
	return challengerWins(state, move.dispute, d, now);
}

export function settleDirectly(
	state: GameState,
	move: SettleDirectlyMove,
	now: number,
	arbiter: Arbiter,
): GameState {
	requireLive(state, move.claim);
	const { location, settlement, beneficiary } = move;
	const what = { ...caseOf(state, move.claim, location), beneficiary, inParts: false };
	arbiter.judgeAt(what, location, settlement);
	return reject(state, move.claim, beneficiary, now);
}

export function timeout(state: GameState, move: TimeoutMove, now: number): GameState {
	const d = requireDispute(state, move.dispute);
	const { submitter } = requireLive(state, d.claim);
	const turn = turnOf(d, publishedAt(state, d), state.parameters);
	if (!hasRunOut(turn, now)) {
		throw new GameError(
			"NotTimedOut",
			move.dispute,
			turn.side,
			now - turn.since,
			turn.allowed + turn.reserve,
		);
	}
	if (turn.side === SIDE.submitter) return challengerWins(state, move.dispute, d, now);
	return forfeit(close(state, move.dispute), "court", state.parameters.challengerBond, submitter);
}

export function reclaim(state: GameState, move: ReclaimMove): GameState {
	const d = requireDispute(state, move.dispute);
	const { status } = state.claims[d.claim - 1];
	if (status !== CLAIM_STATUS.rejected) {
		throw new GameError("WrongClaimStatus", d.claim, status, CLAIM_STATUS.rejected);
	}
	return credit(close(state, move.dispute), "court", d.challenger, state.parameters.challengerBond);
}

function challengerWins(state: GameState, id: number, d: Dispute, now: number): GameState {
	const closed = credit(close(state, id), "court", d.challenger, state.parameters.challengerBond);
	return reject(closed, d.claim, d.challenger, now);
}

/** Where a leaf of a claim's trace is, and what the claim says of its step and of the one before. */
function caseOf(
	state: GameState,
	claim: number,
	{ step, operator, leaf }: Pick<Case, "step" | "operator" | "leaf">,
): Omit<Case, "beneficiary" | "inParts"> {
	const c = state.claims[claim - 1];
	const header = headerOf(state, claim);
	const { inputsRoot } = state.requests[c.request - 1];
	const place = {
		header,
		inputsRoot,
		step,
		operator,
		leaf,
		traceRoot: c.traceRoot,
		checkpointsRoot: NO_CHECKPOINTS,
	};
	if (!header.lazy && header.segment === 0) return place;
	const bound = boundTrace(c, header, segmentOf(header, step));
	if (bound === undefined) throw new GameError("TraceNotBound", claim);
	return { ...place, traceRoot: bound.traceRoot, checkpointsRoot: c.traceRoot };
}
