import type { Hex } from "@umpire/commitment/constants.ts";
import { JOB_STATUS, WORKER_STATUS } from "@umpire/markets/network-state.ts";
import {
	fitsTerms,
	nextNetworkTime,
	type SeenJob,
	type SeenNetwork,
	type SeenWorker,
	stepsForAll,
	stepsOfWorker,
} from "@umpire/markets/network-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { describe, expect, test } from "vitest";

const ME: Hex = `0x${"1".repeat(40)}`;
const ROOT: Hex = `0x${"2".repeat(64)}`;
const JOB: SeenJob = {
	id: 1,
	client: `0x${"3".repeat(40)}`,
	status: JOB_STATUS.pending,
	program: ROOT,
	inputsRoot: ROOT,
	token: ETHER,
	reward: 100n,
	exposure: 700n,
	round: 1,
	until: 0,
	worker: ME,
	request: 0,
	claim: undefined,
};
const EMPTY: SeenNetwork = {
	genesis: 1000,
	roundSeconds: 40,
	grace: 10,
	changes: { count: 0, oldest: 0 },
	oldest: undefined,
	jobs: [],
};
const WORKER: SeenWorker = {
	account: ME,
	status: WORKER_STATUS.active,
	reputation: 100,
	wanted: true,
	listed: 2,
	queued: 0,
	unresolved: 0,
	stake: 2000n,
	exposure: 0n,
	exitFrom: 0,
};
const kinds = (network: Partial<SeenNetwork>, now: number) =>
	stepsForAll({ ...EMPTY, ...network }, now).map(({ type }) => type);
const withJob = (job: Partial<SeenJob>) => ({ jobs: [{ ...JOB, ...job }] });

describe("what anybody does", () => {
	test("brings a value that is ready, then draws, once the round is over and its changes are applied", () => {
		const oldest = { round: 2, waiting: 3, value: "ready" } as const;
		expect(kinds({ oldest }, 1079)).toEqual([]);
		expect(kinds({ oldest }, 1080)).toEqual(["bring"]);
		expect(kinds({ oldest: { ...oldest, value: "pending" } }, 1080)).toEqual([]);
		expect(kinds({ oldest: { ...oldest, value: "void" } }, 1080)).toEqual(["draw"]);
		const known = { ...oldest, value: "known" } as const;
		expect(kinds({ oldest: known }, 1080)).toEqual(["draw"]);
		expect(kinds({ oldest: known, changes: { count: 1, oldest: 2 } }, 1080)).toEqual(["applyChanges"]);
		// Those of a later round wait for the draw.
		expect(kinds({ oldest: known, changes: { count: 1, oldest: 3 } }, 1080)).toEqual(["draw"]);
		expect(kinds({ changes: { count: 1, oldest: 3 } }, 1080)).toEqual(["applyChanges"]);
	});

	test("ends offers and attempts from the second on at which the contract lets it, and none that was answered", () => {
		const offered = { status: JOB_STATUS.offered, until: 2000 };
		expect(kinds(withJob(offered), 2000)).toEqual([]);
		expect(kinds(withJob(offered), 2001)).toEqual(["lapse"]);
		const assigned = { status: JOB_STATUS.assigned, until: 2000, request: 5 };
		expect(kinds(withJob(assigned), 2009)).toEqual([]);
		expect(kinds(withJob(assigned), 2010)).toEqual(["expire"]);
		const claimed = { ...assigned, claim: { id: 7, status: 1 as const } };
		expect(kinds(withJob(claimed), 2010)).toEqual(["sync"]);
		const completed = { ...claimed, status: JOB_STATUS.completed };
		expect(kinds(withJob(completed), 2010)).toEqual([]);
		for (const status of [2, 3] as const) {
			expect(kinds(withJob({ ...completed, claim: { id: 7, status } }), 2010)).toEqual(["sync"]);
		}
	});

	test("waits no longer than until time alone gives it something to do", () => {
		expect(nextNetworkTime(EMPTY, 1000)).toBe(undefined);
		const oldest = { round: 2, waiting: 3, value: "pending" } as const;
		expect(nextNetworkTime({ ...EMPTY, oldest }, 1000)).toBe(1080);
		expect(nextNetworkTime({ ...EMPTY, ...withJob({ status: JOB_STATUS.offered, until: 1050 }) }, 1000)).toBe(
			1051,
		);
		expect(
			nextNetworkTime({ ...EMPTY, ...withJob({ status: JOB_STATUS.assigned, until: 1050 }) }, 1000),
		).toBe(1060);
	});
});

describe("what a worker does", () => {
	const steps = (
		job: Partial<SeenJob>,
		{
			can = true,
			aim = "stay",
			...worker
		}: Partial<SeenWorker> & { can?: boolean; aim?: "stay" | "leave" } = {},
		now = 1000,
	) =>
		stepsOfWorker({ jobs: [{ ...JOB, ...job }] }, { ...WORKER, ...worker }, () => can, aim, now).map(
			({ type }) => type,
		);
	const offer = { status: JOB_STATUS.offered, until: 1010 };

	test("W6: accepts what it can compute and is offered, declines what it cannot, and leaves offers to others alone", () => {
		expect(steps(offer)).toEqual(["accept"]);
		expect(steps(offer, { can: false })).toEqual(["decline"]);
		expect(steps({ ...offer, worker: ROOT.slice(0, 42) as Hex })).toEqual([]);
		expect(steps(offer, {}, 1011)).toEqual([]);
		expect(steps(offer, { aim: "leave", status: WORKER_STATUS.leaving, exitFrom: 9999 })).toEqual([
			"decline",
		]);
	});

	test("W3: takes what three draws found nobody for, if it can compute it", () => {
		expect(steps({ round: 0 })).toEqual(["take"]);
		expect(steps({ round: 0 }, { can: false })).toEqual([]);
		expect(steps({ round: 3 })).toEqual([]);
	});

	test("W1: takes only what it would be drawn for, and binds no more than its stake", () => {
		const token: Hex = `0x${"7".repeat(40)}`;
		const terms = { leastReward: 100n, tokens: [{ token, least: 5n }], programs: [ROOT] };
		const other: Hex = `0x${"8".repeat(64)}`;
		expect(fitsTerms(terms, 700n, JOB)).toBe(true);
		expect(fitsTerms(terms, 699n, JOB)).toBe(false);
		expect(fitsTerms(terms, 700n, { ...JOB, reward: 99n })).toBe(false);
		expect(fitsTerms(terms, 700n, { ...JOB, program: other })).toBe(false);
		expect(fitsTerms({ ...terms, programs: [] }, 700n, { ...JOB, program: other })).toBe(true);
		expect(fitsTerms(terms, 700n, { ...JOB, token, reward: 5n })).toBe(true);
		expect(fitsTerms(terms, 700n, { ...JOB, token, reward: 4n })).toBe(false);
		expect(fitsTerms({ ...terms, tokens: [] }, 700n, { ...JOB, token })).toBe(false);
	});

	test("registers, and comes back when it was taken out of the list", () => {
		const idle = { status: JOB_STATUS.verified };
		expect(steps(idle, { status: WORKER_STATUS.none, wanted: false, listed: 0 })).toEqual(["register"]);
		expect(steps(idle, { status: WORKER_STATUS.gone, wanted: false, listed: 0 })).toEqual(["register"]);
		expect(steps(idle, { wanted: false, listed: 2 })).toEqual([]);
		expect(steps(idle, { wanted: false, listed: 0, queued: 1 })).toEqual([]);
		expect(steps(idle, { wanted: false, listed: 0 })).toEqual(["resume"]);
	});

	test("W10: leaves, and is paid when nothing of it is unresolved and the delay is over", () => {
		const idle = { status: JOB_STATUS.verified };
		expect(steps(idle, { aim: "leave" })).toEqual(["leave"]);
		const leaving = { aim: "leave", status: WORKER_STATUS.leaving, listed: 0, exitFrom: 1000 } as const;
		expect(steps(idle, leaving)).toEqual(["exit"]);
		expect(steps(idle, leaving, 999)).toEqual([]);
		expect(steps(idle, { ...leaving, unresolved: 1 })).toEqual([]);
		expect(steps(idle, { ...leaving, listed: 1 })).toEqual([]);
		expect(steps(idle, { ...leaving, status: WORKER_STATUS.gone })).toEqual([]);
	});
});
