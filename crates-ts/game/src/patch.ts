import type { Hex } from "@umpire/commitment/constants.ts";
import { GameError } from "./errors.ts";
import type { WithdrawMove } from "./move.ts";
import {
	CLAIM_STATUS,
	type Claim,
	type Dispute,
	type GameState,
	type Holder,
	type Ledger,
	PHASE,
	type Request,
} from "./state.ts";

export function withRequest(state: GameState, id: number, change: Partial<Request>): GameState {
	return { ...state, requests: patched(state.requests, id, change) };
}

export function withClaim(state: GameState, id: number, change: Partial<Claim>): GameState {
	return { ...state, claims: patched(state.claims, id, change) };
}

export function withDispute(state: GameState, id: number, change: Partial<Dispute>): GameState {
	return { ...state, disputes: patched(state.disputes, id, change) };
}

function patched<T>(list: readonly T[], id: number, change: Partial<T>): T[] {
	return list.with(id - 1, { ...list[id - 1], ...change });
}

/** What somebody sends to a contract with a move. */
export function receive(state: GameState, holder: Holder, amount: bigint): GameState {
	const ledger = state.ledgers[holder];
	return withLedger(state, holder, { ...ledger, balance: ledger.balance + amount });
}

export function credit(state: GameState, holder: Holder, account: Hex, amount: bigint): GameState {
	const { owed, balance } = state.ledgers[holder];
	const changed = new Map(owed).set(account, (owed.get(account) ?? 0n) + amount);
	return withLedger(state, holder, { owed: changed, balance });
}

export function withdraw(
	state: GameState,
	{ from, sender }: WithdrawMove & { readonly sender: Hex },
): GameState {
	const { owed, balance } = state.ledgers[from];
	const amount = owed.get(sender) ?? 0n;
	if (amount === 0n) throw new GameError("NothingToWithdraw", sender);
	return withLedger(state, from, { owed: new Map(owed).set(sender, 0n), balance: balance - amount });
}

/** A lost bond: part of it is burned, the rest is the winner's. */
export function forfeit(state: GameState, holder: Holder, bond: bigint, winner: Hex): GameState {
	const burned = (bond * BigInt(state.parameters.burnPermille)) / 1000n;
	const paid = credit(state, holder, winner, bond - burned);
	return { ...receive(paid, holder, -burned), burned: paid.burned + burned };
}

function withLedger(state: GameState, holder: Holder, ledger: Ledger): GameState {
	return { ...state, ledgers: { ...state.ledgers, [holder]: ledger } };
}

/** Rejects a live claim and frees its request, or ends it if it asked this submitter alone. */
export function reject(state: GameState, claimId: number, winner: Hex, now: number): GameState {
	const claim = state.claims[claimId - 1];
	const request = state.requests[claim.request - 1];
	let next = withClaim(state, claimId, { status: CLAIM_STATUS.rejected, winner, endedAt: now });
	next = withRequest(next, claim.request, { liveClaim: 0 });
	next = forfeit(next, "market", state.parameters.submitterBond, winner);
	return claim.submitter === request.submitter ? giveBack(next, claim.request) : next;
}

/** The fee goes back to the requester. */
export function giveBack(state: GameState, requestId: number): GameState {
	const { requester, fee } = state.requests[requestId - 1];
	return credit(withRequest(state, requestId, { closed: true }), "market", requester, fee);
}

/** Closes a dispute, whatever its outcome. */
export function close(state: GameState, disputeId: number): GameState {
	const { claim } = state.disputes[disputeId - 1];
	const { openDisputes } = state.claims[claim - 1];
	const closed = withDispute(state, disputeId, { phase: PHASE.closed });
	return withClaim(closed, claim, { openDisputes: openDisputes - 1 });
}

export function requireRequest(state: GameState, id: number): Request {
	const request = state.requests[id - 1];
	if (request === undefined) throw new GameError("UnknownRequest", id);
	return request;
}

export function requireLive(state: GameState, id: number): Claim {
	const claim = state.claims[id - 1];
	const status = claim?.status ?? CLAIM_STATUS.none;
	if (claim === undefined || status !== CLAIM_STATUS.live) {
		throw new GameError("WrongClaimStatus", id, status, CLAIM_STATUS.live);
	}
	return claim;
}

export function requireBond(value: bigint, bond: bigint): void {
	if (value !== bond) throw new GameError("WrongBond", value, bond);
}
