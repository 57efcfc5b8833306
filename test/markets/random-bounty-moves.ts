import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { claimCommitment } from "@umpire/game/commitment.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, PHASE } from "@umpire/game/state.ts";
import type { BountyTerms, Candidate, CandidateStatus } from "@umpire/markets/bounty-state.ts";
import { BOUNTY_STATUS, CANDIDATE_STATUS } from "@umpire/markets/bounty-state.ts";
import type { BountyAction } from "@umpire/markets/bounty-world.ts";
import { contentTree, PART } from "@umpire/markets/shown-weights.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { entryOf, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import fc from "fast-check";
import { type BountyPlay, large, openingPrice, saltOf, small, TERMS, traceOfGain } from "./bounty-play.ts";
import { LARGE, SMALL, type Weights, withWrongDigest } from "./bounty-weights.ts";

/** By how much claims say that candidates are better. */
const GAINS = [5, 3, 9, 0, 2, -3, -4, -20] as const;
const SEALING = wordHex(99n);
/** What candidates commit to, by the leaves of their bounty: every fifth with a digest that is wrong. */
const WEIGHTS: readonly (readonly Weights[])[] = [
	[small(1), small(2), small(3), withWrongDigest(SMALL, small(4), 0)],
	[large(1), large(2), withWrongDigest(LARGE, large(3), 128)],
];

const KINDS = {
	open: 2,
	commit: 14,
	reveal: 24,
	mismatch: 6,
	bring: 16,
	begin: 5,
	ask: 14,
	askAnybody: 8,
	seal: 6,
	claim: 18,
	challenge: 5,
	timeout: 4,
	finalise: 10,
	sync: 12,
	expire: 10,
	giveBack: 6,
	close: 8,
	end: 1,
	withdraw: 3,
	makeVoid: 2,
} as const;

export const arbitraryBountyTurn = fc.record({
	kind: fc.oneof(
		...Object.entries(KINDS).map(([kind, weight]) => ({
			weight,
			arbitrary: fc.constant(kind as keyof typeof KINDS),
		})),
	),
	/** makes about one move in eight wrong in some way */
	bad: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
	a: fc.nat({ max: 1 << 20 }),
	b: fc.nat({ max: 1 << 20 }),
	wait: fc.oneof(
		{ weight: 40, arbitrary: fc.integer({ min: 0, max: 2 }) },
		{ weight: 4, arbitrary: fc.integer({ min: 8, max: 30 }) },
		{ weight: 1, arbitrary: fc.integer({ min: 60, max: 110 }) },
	),
	edge: fc.option(fc.integer({ min: -1, max: 1 })),
});
export type BountyTurn = typeof arbitraryBountyTurn extends fc.Arbitrary<infer T> ? T : never;

type Planned = { readonly sender: Hex; readonly action: BountyAction | Action; readonly at?: number };

/** The sender and the move of a turn, and when it is made if not at once; undefined if there is nothing to move about. */
export function bountyMoveOf(turn: BountyTurn, play: BountyPlay): Planned | undefined {
	const { world, stage, people } = play;
	const { kind, a, b, bad, edge } = turn;
	const someone = people[a % people.length];
	const other = people[b % people.length];
	const soon = (time: number): { at?: number } =>
		edge === null ? {} : { at: Math.max(play.now + 1, time + edge) };
	/** Mostly a candidate in a status. */
	const candidateIn = (...statuses: readonly CandidateStatus[]): number | undefined => {
		if (bad) return 1 + (b % (world.candidates.length + 1));
		const fitting = world.candidates.flatMap(({ status }, i) => (statuses.includes(status) ? [i + 1] : []));
		return fitting[a % fitting.length];
	};
	const bountyIn = (runs: boolean | undefined): number | undefined => {
		if (bad) return 1 + (b % (world.bounties.length + 1));
		const fitting = world.bounties.flatMap(({ status, isRunning }, i) =>
			status !== BOUNTY_STATUS.ended && (runs === undefined || runs === isRunning) ? [i + 1] : [],
		);
		return fitting[b % fitting.length];
	};
	const roundOf = ({ bounty, round }: Candidate) => world.bounties[bounty - 1].rounds[round - 1];
	switch (kind) {
		case "open": {
			const shape = b % 3 === 0 ? LARGE : SMALL;
			const token = a % 2 === 0 ? ETHER : stage.token.address;
			const scarce = b % 5 === 0 ? { pool: 60n } : {};
			const terms = wrongTerms({ ...TERMS, ...shape, token, ...scarce }, turn);
			const value = openingPrice(terms, stage.fee) + (bad && a % 5 === 0 ? 1n : 0n);
			return { sender: people[a % 2], action: { type: "openBounty", terms, value } };
		}
		case "commit": {
			const bounty = bountyIn(undefined);
			if (bounty === undefined) return undefined;
			const { isRunning = false, rounds = [], terms = TERMS } = world.bounties[bounty - 1] ?? {};
			const candidate = world.candidates.length + 1;
			const kinds = WEIGHTS[terms.elements === LARGE.elements ? 1 : 0];
			const weights = kinds[b % kinds.length];
			const known = world.bounties[bounty - 1] !== undefined;
			const commitment = known ? play.commitment(weights, someone, candidate, bounty) : wordHex(1n);
			play.weights.set(candidate, weights);
			const round = rounds.length + (isRunning ? 0 : 1) + (bad && a % 4 === 0 ? 1 : 0);
			const value = terms.deposit + (bad && a % 4 === 1 ? 1n : 0n);
			const at = isRunning && b % 4 === 0 ? soon(rounds[rounds.length - 1].commitUntil) : {};
			return { sender: someone, action: { type: "commit", bounty, round, commitment, value }, ...at };
		}
		case "reveal": {
			const candidate = candidateIn(CANDIDATE_STATUS.committed);
			if (candidate === undefined || play.weights.get(candidate) === undefined) return undefined;
			const found = world.candidates[candidate - 1];
			if (found === undefined) return undefined;
			const first = b % 6 === 0 ? 0 : found.shown.length % (PART + 1);
			const { root, leaves } = play.weights.get(candidate)!;
			const some = leaves.slice(first, first + PART);
			const of = { candidate, weightsRoot: bad && a % 3 === 0 ? wordHex(3n) : root, salt: saltOf(candidate) };
			const action = { type: "reveal", ...of, first: bad ? first + 1 : first, leaves: some } as const;
			const sender = bad && a % 3 === 1 ? other : found.contributor;
			const { commitUntil, revealUntil } = roundOf(found);
			if (play.now <= commitUntil) return { sender, action, at: commitUntil + 1 + (a % 3) };
			return { sender, action, ...(b % 4 === 0 ? soon(revealUntil) : {}) };
		}
		case "mismatch": {
			const { revealed, asked, open } = CANDIDATE_STATUS;
			const candidate = candidateIn(revealed, asked, open);
			const weights = candidate === undefined ? undefined : play.weights.get(candidate);
			if (candidate === undefined || weights === undefined) return undefined;
			if (weights.wrong === undefined && b % 3 !== 0) return undefined;
			const leaf = weights.wrong ?? 0;
			const shown = weights.leaves[bad && a % 2 === 0 ? weights.leaves.length - 1 : leaf];
			const path = contentTree(weights.leaves).path(leaf);
			return { sender: someone, action: { type: "mismatch", candidate, leaf, shown, path } };
		}
		case "bring": {
			const due = world.bounties.flatMap(({ rounds }) =>
				rounds.filter(({ beaconRound }) => bad || !world.beacon.values.has(beaconRound)),
			);
			const ready = due.filter(({ revealUntil }) => bad || play.now > revealUntil);
			if (ready.length === 0) return undefined;
			const round = ready[a % ready.length].beaconRound;
			return { sender: someone, action: { type: "bring", round, beaconValue: wordHex(BigInt(b) << 118n) } };
		}
		case "makeVoid": {
			const round = world.bounties[a % (world.bounties.length || 1)]?.rounds.at(-1)?.beaconRound;
			if (a % 3 !== 0 || round === undefined || world.beacon.values.has(round)) return undefined;
			return { sender: someone, action: { type: "makeVoid", round } };
		}
		case "begin": {
			const bounty = bountyIn(true);
			if (bounty === undefined) return undefined;
			const from = world.bounties[bounty - 1]?.rounds.at(-1)?.scoreFrom ?? 0;
			return { sender: someone, action: { type: "begin", bounty }, ...(from === 0 ? {} : soon(from)) };
		}
		case "ask": {
			const candidate = candidateIn(CANDIDATE_STATUS.revealed);
			if (candidate === undefined) return undefined;
			const found = world.candidates[candidate - 1];
			const from = found === undefined ? 0 : roundOf(found).scoreFrom;
			const at = found !== undefined && play.now < from ? soon(from) : {};
			return { sender: someone, action: { type: "ask", candidate }, ...at };
		}
		case "askAnybody": {
			const candidate = candidateIn(CANDIDATE_STATUS.asked, CANDIDATE_STATUS.revealed);
			if (candidate === undefined) return undefined;
			const found = world.candidates[candidate - 1];
			if (found === undefined) return { sender: someone, action: { type: "askAnybody", candidate } };
			const last = found.until === 0 ? roundOf(found).scoreUntil : found.until;
			const at = last === 0 ? {} : soon(last + PARAMETERS.increment);
			return { sender: someone, action: { type: "askAnybody", candidate }, ...at };
		}
		case "seal":
		case "claim": {
			const candidate = candidateIn(CANDIDATE_STATUS.asked, CANDIDATE_STATUS.open);
			const found = candidate === undefined ? undefined : world.candidates[candidate - 1];
			if (found === undefined || found.request === 0) return undefined;
			const { request, contributor } = found;
			const isOpen = found.status === CANDIDATE_STATUS.open;
			const sender = (bad && a % 2 === 0) || isOpen ? people[request % people.length] : contributor;
			const content = traceOfGain(GAINS[(isOpen ? request : b) % GAINS.length]).claim();
			const { traceRoot, opening } = content;
			const of = { request, traceRoot, outputRoot: opening.root, sender, salt: SEALING };
			const commitment = claimCommitment(world.game.domain, of);
			if (kind === "seal" && isOpen) return { sender, action: { type: "commitClaim", commitment } };
			const salt = isOpen && !bad ? { salt: SEALING } : {};
			const value = PARAMETERS.submitterBond;
			return { sender, action: { type: "claim", value, request, ...content, ...salt } };
		}
		case "challenge": {
			const claim = claimIn(play, CLAIM_STATUS.live, a);
			if (claim === undefined) return undefined;
			const value = PARAMETERS.challengerBond;
			const entry = entryOf(traceOfGain(0));
			return { sender: someone, action: { type: "challenge", value, claim, entry } };
		}
		case "timeout": {
			const open = world.game.disputes.flatMap(({ phase }, i) => (phase === PHASE.closed ? [] : [i + 1]));
			if (open.length === 0) return undefined;
			const dispute = open[a % open.length];
			const late = world.game.disputes[dispute - 1].demandedAt + 60;
			return { sender: someone, action: { type: "timeout", dispute }, at: Math.max(play.now + 1, late) };
		}
		case "finalise": {
			const live = claimIn(play, CLAIM_STATUS.live, a);
			if (live === undefined && !bad) return undefined;
			const claim = live ?? 1;
			const made = world.game.claims[claim - 1];
			const at = made === undefined ? {} : soon(made.claimedAt + PARAMETERS.challengePeriod);
			return { sender: someone, action: { type: "finalise", claim }, ...at };
		}
		case "sync": {
			const candidate = candidateIn(CANDIDATE_STATUS.asked, CANDIDATE_STATUS.open);
			if (candidate === undefined) return undefined;
			const { request } = world.candidates[candidate - 1] ?? {};
			const made = 1 + world.game.claims.findLastIndex((claim) => claim.request === request);
			if (made === 0 && !bad) return undefined;
			const claim = bad && b % 2 === 0 ? a % 5 : made;
			return { sender: someone, action: { type: "syncCandidate", candidate, claim } };
		}
		case "expire": {
			const candidate = candidateIn(CANDIDATE_STATUS.committed, CANDIDATE_STATUS.open);
			if (candidate === undefined) return undefined;
			const { until = 0, status } = world.candidates[candidate - 1] ?? {};
			const at = status === CANDIDATE_STATUS.open ? soon(until + 1) : {};
			return { sender: someone, action: { type: "expireCandidate", candidate }, ...at };
		}
		case "giveBack": {
			const candidate = candidateIn(CANDIDATE_STATUS.committed, CANDIDATE_STATUS.revealed);
			if (candidate === undefined) return undefined;
			return { sender: someone, action: { type: "giveBack", candidate } };
		}
		case "close": {
			const bounty = bountyIn(true);
			return bounty === undefined ? undefined : { sender: someone, action: { type: "closeRound", bounty } };
		}
		case "end": {
			const bounty = bountyIn(undefined);
			if (bounty === undefined) return undefined;
			const sender = bad ? other : (world.bounties[bounty - 1]?.owner ?? other);
			return { sender, action: { type: "endBounty", bounty } };
		}
		case "withdraw": {
			const token = a % 3 === 0 ? stage.token.address : ETHER;
			return { sender: someone, action: { type: "withdrawTo", token, recipient: other } };
		}
	}
}

function claimIn({ world }: BountyPlay, wanted: number, a: number): number | undefined {
	const found = world.game.claims.flatMap(({ status }, i) => (status === wanted ? [i + 1] : []));
	return found[a % found.length];
}

function wrongTerms(terms: BountyTerms, { b, bad }: BountyTurn): BountyTerms {
	if (!bad) return terms;
	const wrong: readonly Partial<BountyTerms>[] = [
		{ program: wordHex(1n) },
		{ inputRoots: terms.inputRoots.slice(1) },
		{ statesInput: 1 },
		{ elements: 0 },
		{ deposit: 99n },
		{ scoreFee: 31n },
		{ availabilitySeconds: 24 },
	];
	return { ...terms, ...wrong[b % wrong.length] };
}
