import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type ClaimStatus } from "@umpire/game/state.ts";
import { BOUNTY_STATUS, type BountyStatus, CANDIDATE_STATUS, type CandidateStatus } from "./bounty-state.ts";
import type { RoundValue } from "./grid-steps.ts";

/** A candidate as the chain shows it. */
export interface SeenCandidate {
	readonly id: number;
	readonly round: number;
	readonly contributor: Hex;
	readonly commitment: Hex;
	readonly status: CandidateStatus;
	readonly request: number;
	/** last second for a claim */
	readonly until: number;
	/** leaves that are shown */
	readonly leaves: number;
	readonly weightsRoot: Hex;
	/** units by which it is better, of a scored one */
	readonly gain: bigint;
	/** the last claim on its request */
	readonly claim: { readonly id: number; readonly status: ClaimStatus } | undefined;
	/** a leaf whose words have another digest than was shown; undefined if there is none, or it was not looked at */
	readonly wrongLeaf: number | undefined;
}

export interface SeenRound {
	readonly number: number;
	readonly commitUntil: number;
	readonly revealUntil: number;
	readonly scoreFrom: number;
	/** 0 as long as scoring has not begun */
	readonly scoreUntil: number;
	readonly open: number;
	readonly best: number;
	readonly value: RoundValue;
}

/** A bounty as the chain shows it, with the round that runs, or the last one. */
export interface SeenBounty {
	readonly id: number;
	readonly owner: Hex;
	readonly status: BountyStatus;
	readonly isRunning: boolean;
	readonly program: Hex;
	readonly baseline: Hex;
	readonly token: Hex;
	readonly pool: bigint;
	readonly rate: bigint;
	readonly minGain: number;
	readonly deposit: bigint;
	readonly scoreFee: bigint;
	/** seconds after a contributor's time during which its claim still comes first */
	readonly grace: number;
	/** undefined if none was started */
	readonly round: SeenRound | undefined;
	/** those of that round */
	readonly candidates: readonly SeenCandidate[];
}

export type BountyStep =
	| { readonly type: "mismatch"; readonly candidate: number; readonly leaf: number }
	| { readonly type: "bring"; readonly round: number }
	| { readonly type: "begin"; readonly round: number }
	| { readonly type: "ask" | "askAnybody" | "expire" | "giveBack"; readonly candidate: number }
	| { readonly type: "sync"; readonly candidate: number; readonly claim: number }
	| { readonly type: "close"; readonly round: number };

/** What anybody can do for a bounty at time `now`, in this order: the contract takes each step once. */
export function stepsForBounty(bounty: SeenBounty, now: number): BountyStep[] {
	const { round, candidates, isRunning } = bounty;
	if (!isRunning || round === undefined) return [];
	const { number, value, commitUntil, revealUntil, scoreFrom, scoreUntil, open } = round;
	const steps: BountyStep[] = [];
	// Where blocks come faster than a beacon thinks, its value would end commitments if it were brought as soon as it can be.
	if (value === "ready" && now > revealUntil) steps.push({ type: "bring", round: number });
	if (value === "known" && scoreUntil === 0 && now >= scoreFrom) steps.push({ type: "begin", round: number });
	for (const candidate of candidates) {
		const step = stepFor(candidate, bounty, round, now);
		if (step !== undefined) steps.push(step);
	}
	if (now > commitUntil && open === 0) steps.push({ type: "close", round: number });
	return steps;
}

function stepFor(
	{ id, status, wrongLeaf, claim, until }: SeenCandidate,
	{ grace }: SeenBounty,
	{ value, scoreUntil }: SeenRound,
	now: number,
): BountyStep | undefined {
	const { committed, revealed, asked, open } = CANDIDATE_STATUS;
	const isUnscored = status === revealed || status === asked || status === open;
	if (wrongLeaf !== undefined && isUnscored) return { type: "mismatch", candidate: id, leaf: wrongLeaf };
	if (value === "void" && (status === committed || status === revealed)) {
		return { type: "giveBack", candidate: id };
	}
	if (status === committed) return scoreUntil === 0 ? undefined : { type: "expire", candidate: id };
	if (status === revealed && scoreUntil !== 0) {
		if (now <= scoreUntil) return { type: "ask", candidate: id };
		return now >= scoreUntil + grace ? { type: "askAnybody", candidate: id } : undefined;
	}
	if (status === asked) {
		if (claim === undefined) return now >= until + grace ? { type: "askAnybody", candidate: id } : undefined;
		return claim.status === CLAIM_STATUS.live ? undefined : { type: "sync", candidate: id, claim: claim.id };
	}
	if (status !== open) return undefined;
	if (claim?.status === CLAIM_STATUS.final) return { type: "sync", candidate: id, claim: claim.id };
	if (claim?.status === CLAIM_STATUS.live) return undefined;
	return now > until ? { type: "expire", candidate: id } : undefined;
}

export type ContributorStep =
	| { readonly type: "commit"; readonly round: number }
	| { readonly type: "reveal"; readonly candidate: number; readonly first: number };

/** The round that a commitment is for at time `now`; undefined if none is taken. */
export function roundToEnter(
	{ isRunning, status, round, pool }: SeenBounty,
	now: number,
): number | undefined {
	if (isRunning && round !== undefined) {
		return now <= round.commitUntil && round.value !== "known" && round.value !== "void"
			? round.number
			: undefined;
	}
	return status === BOUNTY_STATUS.open && pool > 0n ? 1 + (round?.number ?? 0) : undefined;
}

/**
 * What a contributor does beside that.
 *
 * @param mine its candidate; undefined if it has not committed
 */
export function stepsOfContributor(
	bounty: SeenBounty,
	mine: SeenCandidate | undefined,
	now: number,
): ContributorStep[] {
	if (mine === undefined) {
		const round = roundToEnter(bounty, now);
		return round === undefined ? [] : [{ type: "commit", round }];
	}
	const { round } = bounty;
	if (mine.status !== CANDIDATE_STATUS.committed || round?.number !== mine.round) return [];
	if (now <= round.commitUntil || now > round.revealUntil) return [];
	return [{ type: "reveal", candidate: mine.id, first: mine.leaves }];
}

/** The next second at which time alone gives somebody something to do; undefined if it does not. */
export function nextBountyTime({ isRunning, round, candidates, grace }: SeenBounty, now: number) {
	if (!isRunning || round === undefined) return undefined;
	const { commitUntil, revealUntil, scoreFrom, scoreUntil } = round;
	const times = [
		...[commitUntil + 1, revealUntil + 1, scoreFrom],
		...(scoreUntil === 0 ? [] : [scoreUntil + grace]),
		...candidates.flatMap(({ status, until }) => {
			if (status === CANDIDATE_STATUS.asked) return [until + grace];
			return status === CANDIDATE_STATUS.open ? [until + 1] : [];
		}),
	].filter((time) => time > now);
	return times.length === 0 ? undefined : Math.min(...times);
}
