import type { Arbiter } from "./arbiter.ts";
import { hasRunOut, turnOf } from "./clock.ts";
import { headerOf, isUnbound, publishedAt, requireDispute, requireWords } from "./dispute.ts";
import { GameError } from "./errors.ts";
import type { ReclaimMove, SettleDirectlyMove, SettleMove, TimeoutMove } from "./move.ts";
import { close, credit, forfeit, reject, requireLive } from "./patch.ts";
import { CLAIM_STATUS, type Dispute, type GameState, PHASE, SIDE } from "./state.ts";

export function settle(state: GameState, move: SettleMove, now: number, arbiter: Arbiter): GameState {
	const d = requireDispute(state, move.dispute);
	if (d.phase !== PHASE.leaf && d.phase !== PHASE.partials)
		throw new GameError("WrongPhase", move.dispute, d.phase, PHASE.leaf);
	const c = requireLive(state, d.claim);
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
	const { inputsRoot } = state.requests[c.request - 1];
	arbiter.judge(
		{
			header: headerOf(state, d.claim),
			inputsRoot,
			traceRoot: c.traceRoot,
			step: d.step,
			operator: d.operator,
			leaf: d.start,
			beneficiary: d.challenger,
			inParts,
		},
		settlement,
	);
	return challengerWins(state, move.dispute, d, now);
}

export function settleDirectly(
	state: GameState,
	move: SettleDirectlyMove,
	now: number,
	arbiter: Arbiter,
): GameState {
	const c = requireLive(state, move.claim);
	const { location, settlement, beneficiary } = move;
	const { step, operator, leaf } = location;
	const header = headerOf(state, move.claim);
	if (isUnbound(c, header)) throw new GameError("TraceNotBound", move.claim);
	const { inputsRoot } = state.requests[c.request - 1];
	const { traceRoot } = c;
	const what = { header, inputsRoot, traceRoot, step, operator, leaf, beneficiary, inParts: false };
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
