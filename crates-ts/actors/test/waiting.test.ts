import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { BOUNTY_STATUS, CANDIDATE_STATUS } from "@umpire/markets/bounty-state.ts";
import type { SeenBounty, SeenCandidate, SeenRound } from "@umpire/markets/bounty-steps.ts";
import { JOB_STATUS } from "@umpire/markets/network-state.ts";
import type { SeenJob, SeenNetwork } from "@umpire/markets/network-steps.ts";
import { describe, expect, test } from "vitest";
import { waitsFor as bountyWaitsFor } from "../src/bounties/waiting.ts";
import { waitsFor as networkWaitsFor, slotsWait } from "../src/jobs/waiting.ts";

const ROUND: SeenRound = {
	...{ number: 2, commitUntil: 100, revealUntil: 200, scoreFrom: 300, scoreUntil: 0 },
	...{ open: 1, best: 0, value: "pending" },
};
const CANDIDATE: SeenCandidate = {
	...{ id: 4, round: 2, contributor: "0x01", commitment: "0x02", status: CANDIDATE_STATUS.committed },
	...{ request: 0, until: 0, leaves: 0, weightsRoot: "0x00", gain: 0n },
	...{ claim: undefined, wrongLeaf: undefined },
};
const BOUNTY: SeenBounty = {
	...{ id: 1, owner: "0x01", status: BOUNTY_STATUS.open, isRunning: true, program: "0x02", baseline: "0x03" },
	...{ token: "0x00", pool: 5n, rate: 1n, minGain: 1, deposit: 1n, scoreFee: 1n, grace: 30 },
	...{ round: ROUND, candidates: [CANDIDATE] },
};
const at = (now: number, round: Partial<SeenRound> = {}, candidate: Partial<SeenCandidate> = {}) =>
	bountyWaitsFor(
		{ ...BOUNTY, round: { ...ROUND, ...round }, candidates: [{ ...CANDIDATE, ...candidate }] },
		now,
	);

describe("what a bounty waits for is said", () => {
	test("before a round, and when none comes any more", () => {
		expect(bountyWaitsFor({ ...BOUNTY, isRunning: false }, 50)).toMatch(/waiting for a contributor/);
		expect(bountyWaitsFor({ ...BOUNTY, isRunning: false, pool: 0n }, 50)).toMatch(/is empty: no further/);
		const ended = { ...BOUNTY, isRunning: false, status: BOUNTY_STATUS.ended };
		expect(bountyWaitsFor(ended, 50)).toMatch(/has ended: nothing is left to do/);
	});

	test("in each phase of a round, with the time at which it ends", () => {
		expect(at(100)).toMatch(/takes commitments until 1970-01-01T00:01:40Z \(1 candidate so far\)/);
		expect(at(101)).toMatch(/shown until 1970-01-01T00:03:20Z \(1 candidate to show theirs\)/);
		expect(at(201)).toMatch(/waiting for the block that decides/);
		expect(at(299, { value: "known" })).toMatch(/asked for from 1970-01-01T00:05:00Z on/);
		const asked = { status: CANDIDATE_STATUS.asked, request: 7, until: 400 };
		const scoring = { value: "known", scoreUntil: 400 } as const;
		expect(at(350, scoring, asked)).toMatch(/the score of candidate 4 \(until 1970-01-01T00:06:40Z\)/);
		const claim = { id: 9, status: CLAIM_STATUS.live };
		expect(at(350, scoring, { ...asked, claim })).toMatch(/claim 9 for candidate 4 to become final/);
	});

	test("and nothing where there is something to do", () => {
		expect(at(201, { value: "ready" })).toBeUndefined();
		expect(at(300, { value: "known" })).toBeUndefined();
	});
});

const JOB: SeenJob = {
	...{ id: 3, client: "0x01", status: JOB_STATUS.pending, program: "0x02", inputsRoot: "0x03" },
	...{ token: "0x00", reward: 1n, exposure: 1n, round: 5, workSeconds: 60, until: 0, worker: "0xab" },
	...{ request: 0, claim: undefined },
};
const NETWORK: SeenNetwork = {
	...{ genesis: 0, roundSeconds: 100, grace: 10, changes: { count: 0, oldest: 0 } },
	...{ oldest: undefined, jobs: [] },
};
const networkOf = (job: Partial<SeenJob>): SeenNetwork => ({ ...NETWORK, jobs: [{ ...JOB, ...job }] });

describe("what workers and jobs wait for is said", () => {
	test("for each state of a job", () => {
		expect(networkWaitsFor(NETWORK, 50)).toBe("No job is open: waiting for one.");
		const oldest = { round: 5, waiting: 2, value: "pending" } as const;
		expect(networkWaitsFor({ ...networkOf({}), oldest }, 450)).toBe(
			"Waiting: 2 jobs wait for the draw after round 5, at 1970-01-01T00:08:20Z.",
		);
		expect(networkWaitsFor({ ...networkOf({}), oldest }, 500)).toMatch(/for the block that decides the draw/);
		expect(networkWaitsFor(networkOf({ round: 0 }), 50)).toMatch(/job 3 waits for any worker to take it/);
		const { offered, assigned, completed } = JOB_STATUS;
		expect(networkWaitsFor(networkOf({ status: offered, until: 60 }), 50)).toMatch(/offered to 0xab until/);
		expect(networkWaitsFor(networkOf({ status: assigned, until: 60 }), 50)).toMatch(/computed by 0xab until/);
		const claim = { id: 8, status: CLAIM_STATUS.live };
		expect(networkWaitsFor(networkOf({ status: completed, claim }), 50)).toMatch(
			/claim 8 for job 3 is to become/,
		);
	});

	test("three of them at most, and of a worker its slots", () => {
		const jobs = [1, 2, 3, 4, 5].map((id) => ({ ...JOB, id, status: JOB_STATUS.offered, until: 60 }));
		expect(networkWaitsFor({ ...NETWORK, jobs }, 50)).toMatch(/job 1 .*job 3 .*; 2 more\.$/);
		expect(slotsWait({ listed: 0, queued: 1 })).toMatch(
			/^0 slots of this worker in the list; a change waits/,
		);
		expect(slotsWait({ listed: 2, queued: 0 })).toBeUndefined();
	});

	test("and nothing where there is something to do", () => {
		expect(networkWaitsFor(networkOf({ status: JOB_STATUS.offered, until: 60 }), 61)).toBeUndefined();
	});
});
