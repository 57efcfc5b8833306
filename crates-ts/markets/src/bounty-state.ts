import type { Hex } from "@umpire/commitment/constants.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { GameState } from "@umpire/game/state.ts";
import { type BeaconState, initialBeacon } from "./beacon-state.ts";
import type { BountyParameters } from "./bounty-parameters.ts";
import { EMPTY_LEDGER, type TokenLedger } from "./token-ledger.ts";

/** Numbers of the contract's enums (contracts/interfaces/IBounties.sol). */
export const BOUNTY_STATUS = { none: 0, open: 1, ending: 2, ended: 3 } as const;
export type BountyStatus = (typeof BOUNTY_STATUS)[keyof typeof BOUNTY_STATUS];
export const CANDIDATE_STATUS = {
	none: 0,
	committed: 1,
	revealed: 2,
	asked: 3,
	open: 4,
	scored: 5,
	out: 6,
} as const;
export type CandidateStatus = (typeof CANDIDATE_STATUS)[keyof typeof CANDIDATE_STATUS];

export const NO_ROOT: Hex = `0x${"00".repeat(32)}`;
/** Leaves that a candidate may have. */
export const MOST_LEAVES = 600;

/** What an owner asks for and pays: amounts in wei or the token's units, times in seconds. */
export interface BountyTerms {
	readonly program: Hex;
	/** that of the baseline is the root of the first weights; those of candidate and states are ignored */
	readonly inputRoots: readonly Hex[];
	readonly baselineInput: number;
	readonly candidateInput: number;
	readonly statesInput: number;
	readonly width: number;
	readonly elements: number;
	readonly token: Hex;
	readonly pool: bigint;
	/** for each unit by which the score grows */
	readonly rate: bigint;
	readonly minGain: number;
	readonly deposit: bigint;
	readonly scoreFee: bigint;
	readonly commitSeconds: number;
	readonly revealSeconds: number;
	readonly availabilitySeconds: number;
	readonly scoreSeconds: number;
	readonly paidRounds: number;
}

export interface Round {
	readonly commitUntil: number;
	readonly revealUntil: number;
	readonly scoreFrom: number;
	/** 0 as long as scoring has not begun */
	readonly scoreUntil: number;
	readonly beaconRound: number;
	/** candidates that are neither scored nor out */
	readonly open: number;
	readonly best: number;
}

export interface Bounty {
	readonly owner: Hex;
	readonly status: BountyStatus;
	readonly terms: BountyTerms;
	readonly isRunning: boolean;
	/** one for each that was started */
	readonly rounds: readonly Round[];
	readonly baseline: Hex;
	readonly pool: bigint;
	/** for values of the beacon */
	readonly budget: bigint;
}

/** A leaf of weights: its words, and their Poseidon digest as the contributor says. */
export interface ShownLeaf {
	readonly words: readonly bigint[];
	readonly digest: bigint;
}

export interface Candidate {
	readonly commitment: Hex;
	readonly contributor: Hex;
	readonly status: CandidateStatus;
	readonly bounty: number;
	readonly round: number;
	readonly request: number;
	readonly until: number;
	readonly shown: readonly ShownLeaf[];
	readonly weightsRoot: Hex;
	readonly contentRoot: Hex;
	readonly gain: bigint;
}

/** A bounties contract, its beacon, and the market that it asks. */
export interface BountyWorld {
	readonly game: GameState;
	readonly beacon: BeaconState;
	readonly address: Hex;
	readonly parameters: BountyParameters;
	readonly bounties: readonly Bounty[];
	readonly candidates: readonly Candidate[];
	/** the first two elements of the output that a claim states */
	readonly scores: ReadonlyMap<number, readonly [bigint, bigint]>;
	readonly ledger: TokenLedger;
}

export function initialBounties(
	game: GameState,
	at: Pick<BountyWorld, "address" | "parameters"> & { readonly fee: bigint; readonly drift: number },
): BountyWorld {
	const { address, parameters, fee, drift } = at;
	const beacon = initialBeacon(fee, drift);
	return {
		game,
		beacon,
		address,
		parameters,
		bounties: [],
		candidates: [],
		scores: new Map(),
		ledger: EMPTY_LEDGER,
	};
}

export function bountyOf({ bounties }: Pick<BountyWorld, "bounties">, id: number): Bounty {
	const bounty = bounties[id - 1];
	if (bounty === undefined) throw new GameError("UnknownBounty", id);
	return bounty;
}

export function candidateOf({ candidates }: Pick<BountyWorld, "candidates">, id: number): Candidate {
	const candidate = candidates[id - 1];
	if (candidate === undefined) throw new GameError("UnknownCandidate", id);
	return candidate;
}

/** A candidate in one of these statuses; the first of them is the one that is named if it is in none. */
export function candidateIn(
	world: BountyWorld,
	id: number,
	[expected, ...others]: readonly CandidateStatus[],
): Candidate {
	const candidate = candidateOf(world, id);
	const { status } = candidate;
	if (status === expected || others.includes(status)) return candidate;
	throw new GameError("WrongCandidateStatus", id, status, expected);
}

export function roundOf({ bounties }: BountyWorld, { bounty, round }: Candidate): Round {
	return bounties[bounty - 1].rounds[round - 1];
}

export function withBounty(world: BountyWorld, id: number, change: Partial<Bounty>): BountyWorld {
	return { ...world, bounties: world.bounties.with(id - 1, { ...world.bounties[id - 1], ...change }) };
}

export function withCandidate(world: BountyWorld, id: number, change: Partial<Candidate>): BountyWorld {
	const changed = { ...world.candidates[id - 1], ...change };
	return { ...world, candidates: world.candidates.with(id - 1, changed) };
}

export function withRound(
	world: BountyWorld,
	id: number,
	round: number,
	change: Partial<Round>,
): BountyWorld {
	const { rounds } = world.bounties[id - 1];
	return withBounty(world, id, { rounds: rounds.with(round - 1, { ...rounds[round - 1], ...change }) });
}

/** The candidate has come to its end without a score. */
export function oust(world: BountyWorld, id: number): BountyWorld {
	const candidate = world.candidates[id - 1];
	const { open } = roundOf(world, candidate);
	const out = withCandidate(world, id, { status: CANDIDATE_STATUS.out });
	return withRound(out, candidate.bounty, candidate.round, { open: open - 1 });
}

/** What a candidate loses that is worse than the baseline by more than the least gain. */
export function lossOf({ lossPermille }: Pick<BountyParameters, "lossPermille">, deposit: bigint): bigint {
	return (deposit * BigInt(lossPermille)) / 1000n;
}

/** What the best candidate of a round is paid: the same in total, in however many slices an improvement comes. */
export function rewardOf({ pool, rate }: { pool: bigint; rate: bigint }, gain: bigint): bigint {
	const earned = rate * gain;
	return earned < pool ? earned : pool;
}

/** What the contract must hold of a token beside what it owes. */
export function lockedIn({ bounties, candidates }: BountyWorld, token: Hex, ether: Hex): bigint {
	const pools = bounties.reduce((sum, { terms, pool }) => sum + (terms.token === token ? pool : 0n), 0n);
	if (token !== ether) return pools;
	const budgets = bounties.reduce((sum, { budget }) => sum + budget, 0n);
	const deposits = candidates
		.filter(({ status }) => status < CANDIDATE_STATUS.scored)
		.reduce((sum, { bounty }) => sum + bounties[bounty - 1].terms.deposit, 0n);
	return pools + budgets + deposits;
}
