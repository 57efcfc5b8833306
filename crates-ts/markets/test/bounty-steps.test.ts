import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { recommendedGain } from "@umpire/markets/bounty-parameters.ts";
import { BOUNTY_STATUS, CANDIDATE_STATUS, rewardOf } from "@umpire/markets/bounty-state.ts";
import {
	nextBountyTime,
	roundToEnter,
	type SeenBounty,
	type SeenCandidate,
	type SeenRound,
	stepsForBounty,
	stepsOfContributor,
} from "@umpire/markets/bounty-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const ME: Hex = `0x${"1".repeat(40)}`;
const ROOT: Hex = `0x${"2".repeat(64)}`;
const ROUND: SeenRound = {
	number: 1,
	commitUntil: 1000,
	revealUntil: 1100,
	scoreFrom: 1200,
	scoreUntil: 0,
	open: 1,
	best: 0,
	value: "pending",
};
const CANDIDATE: SeenCandidate = {
	id: 1,
	round: 1,
	contributor: ME,
	commitment: ROOT,
	status: CANDIDATE_STATUS.committed,
	request: 0,
	until: 0,
	leaves: 0,
	weightsRoot: ROOT,
	gain: 0n,
	claim: undefined,
	wrongLeaf: undefined,
};
const BOUNTY: SeenBounty = {
	id: 1,
	owner: ME,
	status: BOUNTY_STATUS.open,
	isRunning: true,
	program: ROOT,
	baseline: ROOT,
	token: ETHER,
	pool: 100n,
	rate: 1n,
	minGain: 3,
	deposit: 10n,
	scoreFee: 1n,
	grace: 10,
	round: ROUND,
	candidates: [],
};
const seen = (round: Partial<SeenRound>, candidate?: Partial<SeenCandidate>): SeenBounty => ({
	...BOUNTY,
	round: { ...ROUND, ...round },
	candidates: candidate === undefined ? [] : [{ ...CANDIDATE, ...candidate }],
});
const kinds = (bounty: SeenBounty, now: number) => stepsForBounty(bounty, now).map(({ type }) => type);

describe("what anybody does for a bounty", () => {
	test("brings a value when no weights can be shown any more, and begins when they were there to be read", () => {
		expect(kinds(seen({ value: "ready" }), 1100)).toEqual([]);
		expect(kinds(seen({ value: "ready" }), 1101)).toEqual(["bring"]);
		expect(kinds(seen({ value: "known" }), 1199)).toEqual([]);
		expect(kinds(seen({ value: "known" }), 1200)).toEqual(["begin"]);
		expect(kinds(seen({ value: "known", scoreUntil: 1300 }), 1200)).toEqual([]);
	});

	test("asks for scores, of contributors first, then of anybody, from the second on at which the contract lets it", () => {
		const known = { value: "known", scoreUntil: 1300 } as const;
		const revealed = { status: CANDIDATE_STATUS.revealed };
		expect(kinds(seen({ value: "known" }, revealed), 1200)).toEqual(["begin"]);
		expect(kinds(seen(known, revealed), 1300)).toEqual(["ask"]);
		expect(kinds(seen(known, revealed), 1301)).toEqual([]);
		expect(kinds(seen(known, revealed), 1310)).toEqual(["askAnybody"]);
		const asked = { status: CANDIDATE_STATUS.asked, until: 1400, request: 5 };
		expect(kinds(seen(known, asked), 1409)).toEqual([]);
		expect(kinds(seen(known, asked), 1410)).toEqual(["askAnybody"]);
		const claimed = { ...asked, claim: { id: 7, status: CLAIM_STATUS.live } };
		expect(kinds(seen(known, claimed), 2000)).toEqual([]);
	});

	test("reads endings, and ends what was not revealed or not scored, and nothing that was claimed", () => {
		const known = { value: "known", scoreUntil: 1300 } as const;
		const claim = (status: 1 | 2 | 3) => ({ claim: { id: 7, status } });
		const asked = { status: CANDIDATE_STATUS.asked, until: 1400, request: 5 };
		expect(kinds(seen(known, { ...asked, ...claim(CLAIM_STATUS.final) }), 1300)).toEqual(["sync"]);
		expect(kinds(seen(known, { ...asked, ...claim(CLAIM_STATUS.rejected) }), 1300)).toEqual(["sync"]);
		const open = { status: CANDIDATE_STATUS.open, until: 1500, request: 6 };
		expect(kinds(seen(known, open), 1500)).toEqual([]);
		expect(kinds(seen(known, open), 1501)).toEqual(["expire"]);
		expect(kinds(seen(known, { ...open, ...claim(CLAIM_STATUS.live) }), 1501)).toEqual([]);
		expect(kinds(seen(known, { ...open, ...claim(CLAIM_STATUS.final) }), 1501)).toEqual(["sync"]);
		expect(kinds(seen(known, { ...open, ...claim(CLAIM_STATUS.rejected) }), 1500)).toEqual([]);
		expect(kinds(seen(known, { ...open, ...claim(CLAIM_STATUS.rejected) }), 1501)).toEqual(["expire"]);
		expect(kinds(seen({}, {}), 1200)).toEqual([]);
		expect(kinds(seen(known, {}), 1300)).toEqual(["expire"]);
	});

	test("shows a mismatch as soon as it is seen, and gives deposits back if a round is void", () => {
		const { revealed, asked, open, committed } = CANDIDATE_STATUS;
		for (const status of [revealed, asked, open]) {
			expect(kinds(seen({}, { status, wrongLeaf: 0, until: 9999 }), 1101)).toEqual(["mismatch"]);
		}
		expect(kinds(seen({}, { status: committed, wrongLeaf: 0 }), 1050)).toEqual([]);
		for (const status of [committed, revealed]) {
			expect(kinds(seen({ value: "void" }, { status }), 1101)).toEqual(["giveBack"]);
		}
	});

	test("closes a round when nothing of it is open, and not while it takes commitments", () => {
		expect(kinds(seen({ open: 0 }), 1000)).toEqual([]);
		expect(kinds(seen({ open: 0 }), 1001)).toEqual(["close"]);
		expect(kinds({ ...seen({ open: 0 }), isRunning: false }, 1001)).toEqual([]);
	});

	test("waits for the next second that brings something", () => {
		expect(nextBountyTime(BOUNTY, 900)).toBe(1001);
		expect(nextBountyTime(BOUNTY, 1001)).toBe(1101);
		expect(nextBountyTime(BOUNTY, 1101)).toBe(1200);
		expect(nextBountyTime(BOUNTY, 1200)).toBe(undefined);
		const asked = seen({ scoreUntil: 1300 }, { status: CANDIDATE_STATUS.asked, until: 1400 });
		expect(nextBountyTime(asked, 1310)).toBe(1410);
		expect(nextBountyTime({ ...BOUNTY, isRunning: false }, 900)).toBe(undefined);
	});
});

describe("what a contributor does", () => {
	test("commits once: in the round that takes it, or the next, and to nothing that pays nothing", () => {
		expect(stepsOfContributor(BOUNTY, undefined, 1000)).toEqual([{ type: "commit", round: 1 }]);
		expect(stepsOfContributor(BOUNTY, undefined, 1001)).toEqual([]);
		expect(stepsOfContributor(seen({ value: "known" }), undefined, 900)).toEqual([]);
		expect(roundToEnter({ ...BOUNTY, isRunning: false }, 5000)).toBe(2);
		expect(roundToEnter({ ...BOUNTY, isRunning: false, round: undefined }, 5000)).toBe(1);
		expect(roundToEnter({ ...BOUNTY, isRunning: false, pool: 0n }, 5000)).toBe(undefined);
		expect(roundToEnter({ ...BOUNTY, isRunning: false, status: BOUNTY_STATUS.ended }, 5000)).toBe(undefined);
		expect(stepsOfContributor(BOUNTY, CANDIDATE, 900)).toEqual([]);
	});

	test("reveals in the time for it, and goes on where it was", () => {
		expect(stepsOfContributor(BOUNTY, CANDIDATE, 1000)).toEqual([]);
		expect(stepsOfContributor(BOUNTY, CANDIDATE, 1001)).toEqual([{ type: "reveal", candidate: 1, first: 0 }]);
		const half = { ...CANDIDATE, leaves: 128 };
		expect(stepsOfContributor(BOUNTY, half, 1100)).toEqual([{ type: "reveal", candidate: 1, first: 128 }]);
		expect(stepsOfContributor(BOUNTY, half, 1101)).toEqual([]);
		const shown = { ...CANDIDATE, status: CANDIDATE_STATUS.revealed };
		expect(stepsOfContributor(BOUNTY, shown, 1050)).toEqual([]);
	});
});

test("M5: slices of an improvement earn what the whole earns, whatever they are", () => {
	const slices = fc.array(fc.bigInt({ min: 1n, max: 10n ** 6n }), { minLength: 1, maxLength: 20 });
	const amount = fc.bigInt({ min: 1n, max: 10n ** 12n });
	fc.assert(
		fc.property(slices, amount, amount, (gains, rate, pool) => {
			const whole = rewardOf(
				{ pool, rate },
				gains.reduce((sum, gain) => sum + gain, 0n),
			);
			let left = pool;
			for (const gain of gains) left -= rewardOf({ pool: left, rate }, gain);
			expect(pool - left).toBe(whole);
		}),
	);
});

test("M4: the least gain is passed by a copy with some noise once in 30,000 tries", () => {
	// A copy changes each draw that the baseline gets wrong with chance, and as many that it gets right.
	expect(recommendedGain(313, 350)).toBe(15);
	expect(recommendedGain(0, 350)).toBe(1);
	for (const [lacks, draws] of [
		[100, 350],
		[30, 350],
		[200, 1000],
	] as const) {
		const least = recommendedGain(lacks, draws);
		// z = √(m·N/u), in units of one draw: what is gained by chance, over its deviation.
		expect(Math.sqrt((least * draws) / lacks)).toBeGreaterThanOrEqual(4);
	}
});
