import type { Hex } from "@umpire/commitment/constants.ts";
import { GameError } from "./errors.ts";
import { CLAIM_STATUS, type Claim, type Dispute, type GameState, PHASE, type Request } from "./state.ts";

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

export function credit(state: GameState, account: Hex, amount: bigint): GameState {
	return { ...state, owed: new Map(state.owed).set(account, (state.owed.get(account) ?? 0n) + amount) };
}

/** A lost bond: part of it is burned, the rest is the winner's. */
export function forfeit(state: GameState, bond: bigint, winner: Hex): GameState {
	const burned = (bond * BigInt(state.parameters.burnPermille)) / 1000n;
	const paid = credit(state, winner, bond - burned);
	return { ...paid, burned: paid.burned + burned, balance: paid.balance - burned };
}

/** Rejects a live claim and frees its request. */
export function reject(state: GameState, claimId: number, winner: Hex): GameState {
	const claim = state.claims[claimId - 1];
	let next = withClaim(state, claimId, { status: CLAIM_STATUS.rejected });
	next = withRequest(next, claim.request, { liveClaim: 0 });
	return forfeit(next, state.parameters.submitterBond, winner);
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
