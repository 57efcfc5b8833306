import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { packLeaf } from "@umpire/commitment/leaf.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import { GameError } from "@umpire/game/errors.ts";
import { apply } from "@umpire/game/moves.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { encodeAbiParameters, keccak256 } from "viem";
import { payRest } from "./bounty-entries.ts";
import {
	BOUNTY_STATUS,
	type BountyTerms,
	type BountyWorld,
	bountyOf,
	CANDIDATE_STATUS,
	type Candidate,
	candidateIn,
	candidateOf,
	lossOf,
	oust,
	rewardOf,
	roundOf,
	withBounty,
	withCandidate,
	withRound,
} from "./bounty-state.ts";
import { isClaimed } from "./grid-state.ts";
import { SEED_LANES, seedStates } from "./seed.ts";
import { burn, credit, ETHER, forfeit } from "./token-ledger.ts";

export type BeginMove = { type: "begin"; bounty: number };
export type AskMove = { type: "ask"; candidate: number };
export type AskAnybodyMove = { type: "askAnybody"; candidate: number };
export type SyncCandidateMove = { type: "syncCandidate"; candidate: number; claim: number };
export type ExpireCandidateMove = { type: "expireCandidate"; candidate: number };
export type GiveBackMove = { type: "giveBack"; candidate: number };
export type CloseRoundMove = { type: "closeRound"; bounty: number };

/** Requests for contributors never expire. */
const NEVER = 2 ** 32 - 1;
const TIE = [{ type: "bytes32" }, { type: "address" }, { type: "uint256" }] as const;

/** Lets the time for scores run. */
export function begin(world: BountyWorld, { bounty: id }: BeginMove, now: number): BountyWorld {
	const { isRunning, rounds } = bountyOf(world, id);
	if (!isRunning) throw new GameError("NoRound", id);
	return begun(world, id, rounds.length, now);
}

function begun(world: BountyWorld, id: number, round: number, now: number): BountyWorld {
	const { terms, rounds } = world.bounties[id - 1];
	const { scoreUntil, scoreFrom, beaconRound } = rounds[round - 1];
	if (scoreUntil !== 0) return world;
	requireKnown(world, beaconRound);
	if (now < scoreFrom) throw new GameError("NotAvailable", now, scoreFrom);
	return withRound(world, id, round, { scoreUntil: now + terms.scoreSeconds });
}

function requireKnown({ beacon }: BountyWorld, round: number): Hex {
	const value = beacon.values.get(round);
	if (value !== undefined) return value;
	throw new GameError(beacon.void.has(round) ? "RoundVoid" : "RoundPending", round);
}

/** What the program is asked about weights: baseline, candidate and a seed leaf among the other inputs. */
export function scoreInputsRoot(
	{
		inputRoots,
		baselineInput,
		candidateInput,
		statesInput,
	}: Pick<BountyTerms, "inputRoots" | "baselineInput" | "candidateInput" | "statesInput">,
	{ baseline, candidate, value }: { baseline: Hex; candidate: Hex; value: Hex },
	arbiter: Pick<Arbiter, "leafNode">,
): Hex {
	const states = arbiter.leafNode(32, SEED_LANES, packLeaf(seedStates(value), 32));
	const roots = inputRoots
		.with(baselineInput, baseline)
		.with(candidateInput, candidate)
		.with(statesInput, states);
	return MerkleTree.of(roots, TAG.inputs).root;
}

export function ask(world: BountyWorld, { candidate: id }: AskMove, now: number, arbiter: Arbiter) {
	const candidate = candidateIn(world, id, [CANDIDATE_STATUS.revealed]);
	const next = begun(world, candidate.bounty, candidate.round, now);
	const { scoreUntil } = roundOf(next, candidate);
	if (now > scoreUntil) throw new GameError("AskingOver", now, scoreUntil);
	const { contributor: submitter } = candidate;
	const question = { submitter, deadline: NEVER, exclusiveUntil: NEVER };
	const asked = requestScore(next, candidate, question, now, arbiter);
	const until = now + asked.bounties[candidate.bounty - 1].terms.scoreSeconds;
	const request = asked.game.requests.length;
	return withCandidate(asked, id, { status: CANDIDATE_STATUS.asked, request, until });
}

export function askAnybody(
	world: BountyWorld,
	{ candidate: id }: AskAnybodyMove,
	now: number,
	arbiter: Arbiter,
): BountyWorld {
	const { revealed, asked, open } = CANDIDATE_STATUS;
	const candidate = candidateIn(world, id, [revealed, asked]);
	const isAsked = candidate.status === asked;
	const next = isAsked ? world : begun(world, candidate.bounty, candidate.round, now);
	const last = isAsked ? candidate.until : roundOf(next, candidate).scoreUntil;
	const end = last + world.game.parameters.increment;
	if (now < end) throw new GameError("StillTime", id, now, end);
	if (isAsked && isClaimed(world.game, candidate.request)) {
		throw new GameError("ClaimMade", id, candidate.request);
	}
	const until = now + next.bounties[candidate.bounty - 1].terms.scoreSeconds;
	const question = { deadline: until, isSealed: true };
	const made = requestScore(next, candidate, question, now, arbiter);
	return withCandidate(made, id, { status: open, request: made.game.requests.length, until });
}

function requestScore(
	world: BountyWorld,
	candidate: Candidate,
	question: {
		readonly deadline: number;
		readonly submitter?: Hex;
		readonly exclusiveUntil?: number;
		readonly isSealed?: boolean;
	},
	now: number,
	arbiter: Arbiter,
): BountyWorld {
	const { terms, baseline } = world.bounties[candidate.bounty - 1];
	const value = requireKnown(world, roundOf(world, candidate).beaconRound);
	const of = { baseline, candidate: candidate.weightsRoot, value };
	const inputsRoot = scoreInputsRoot(terms, of, arbiter);
	const { program } = terms;
	const asked = { program, inputsRoot, consumer: NOBODY, ...question };
	const move = { type: "request", sender: world.address, value: 0n, ...asked } as const;
	const game = apply(world.game, move, now, arbiter);
	if (game instanceof GameError) throw game;
	return { ...world, game };
}

/** Moves a candidate on by the end of a claim. */
export function syncCandidate(world: BountyWorld, { candidate: id, claim }: SyncCandidateMove): BountyWorld {
	const { asked, open } = CANDIDATE_STATUS;
	const candidate = candidateIn(world, id, [asked, open]);
	const c = world.game.claims[claim - 1];
	if (c === undefined) {
		throw new GameError("WrongClaimStatus", claim, CLAIM_STATUS.none, CLAIM_STATUS.live);
	}
	if (c.request !== candidate.request) {
		throw new GameError("NotTheClaim", claim, c.request, candidate.request);
	}
	if (c.status === CLAIM_STATUS.live) throw new GameError("ClaimLive", claim);
	if (c.status === CLAIM_STATUS.final) return score(world, id, claim, c.submitter);
	if (candidate.status === open) throw new GameError("ClaimRejected", claim);
	const { deposit } = world.bounties[candidate.bounty - 1].terms;
	const ledger = forfeit(world.ledger, deposit, world.game.parameters.burnPermille, c.winner);
	return oust({ ...world, ledger }, id);
}

function score(world: BountyWorld, id: number, claim: number, scorer: Hex): BountyWorld {
	const candidate = world.candidates[id - 1];
	const { bounty, round, contributor } = candidate;
	const { deposit, scoreFee, minGain } = world.bounties[bounty - 1].terms;
	const [before, after] = world.scores.get(claim)!;
	const gain = after - before;
	const least = BigInt(minGain);
	const lost = gain < -least ? lossOf(world.parameters, deposit) : scoreFee;
	const back = credit(world.ledger, ETHER, contributor, deposit - lost);
	const ledger = burn(credit(back, ETHER, scorer, scoreFee), lost - scoreFee);
	const scored = withCandidate({ ...world, ledger }, id, { status: CANDIDATE_STATUS.scored, gain });
	const { open, best } = roundOf(world, candidate);
	const leads = gain >= least && (best === 0 || isBetter(scored, id, best));
	return withRound(scored, bounty, round, { open: open - 1, best: leads ? id : best });
}

/** Of equal candidates the beacon decides. */
function isBetter(world: BountyWorld, a: number, b: number): boolean {
	const [one, other] = [world.candidates[a - 1], world.candidates[b - 1]];
	if (one.gain !== other.gain) return one.gain > other.gain;
	const value = requireKnown(world, roundOf(world, one).beaconRound);
	const lot = (id: number): Hex => keccak256(encodeAbiParameters(TIE, [value, world.address, BigInt(id)]));
	return lot(a) < lot(b);
}

/** Ends a candidate that was not revealed, or that nobody has scored: its deposit is burned. */
export function expireCandidate(
	world: BountyWorld,
	{ candidate: id }: ExpireCandidateMove,
	now: number,
): BountyWorld {
	const candidate = candidateOf(world, id);
	const { bounty, round, until, request } = candidate;
	if (candidate.status === CANDIDATE_STATUS.open) {
		if (now <= until) throw new GameError("StillTime", id, now, until);
		if (world.game.requests[request - 1].liveClaim !== 0) throw new GameError("ClaimMade", id, request);
	} else {
		candidateIn(world, id, [CANDIDATE_STATUS.committed]);
		// Before, the round may be void, which gives everything back.
		if (roundOf(world, candidate).scoreUntil === 0) throw new GameError("ScoringNotBegun", bounty, round);
	}
	const ledger = burn(world.ledger, world.bounties[bounty - 1].terms.deposit);
	return oust({ ...world, ledger }, id);
}

/** Gives a deposit back because the round's value can never be known. */
export function giveBack(world: BountyWorld, { candidate: id }: GiveBackMove): BountyWorld {
	const { committed, revealed } = CANDIDATE_STATUS;
	const candidate = candidateOf(world, id);
	if (candidate.status !== committed) candidateIn(world, id, [revealed]);
	const { beaconRound } = roundOf(world, candidate);
	if (!world.beacon.void.has(beaconRound)) throw new GameError("RoundNotVoid", beaconRound);
	const { deposit } = world.bounties[candidate.bounty - 1].terms;
	return oust({ ...world, ledger: credit(world.ledger, ETHER, candidate.contributor, deposit) }, id);
}

/** Pays the best of a round: its weights are the baseline of the next. */
export function closeRound(world: BountyWorld, { bounty: id }: CloseRoundMove, now: number): BountyWorld {
	const { isRunning, rounds, terms, pool, status } = bountyOf(world, id);
	if (!isRunning) throw new GameError("NoRound", id);
	const { commitUntil, open, best } = rounds[rounds.length - 1];
	if (now <= commitUntil || open !== 0) throw new GameError("RoundOpen", open, now, commitUntil);
	let next = withBounty(world, id, { isRunning: false });
	if (best !== 0) {
		const { contributor, weightsRoot, gain } = world.candidates[best - 1];
		const reward = rewardOf({ pool, rate: terms.rate }, gain);
		const ledger = credit(world.ledger, terms.token, contributor, reward);
		next = withBounty({ ...next, ledger }, id, { pool: pool - reward, baseline: weightsRoot });
	}
	return status === BOUNTY_STATUS.ending ? payRest(next, id) : next;
}
