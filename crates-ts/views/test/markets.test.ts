import type {
	BountyItem,
	CandidateItem,
	GridItem,
	JobItem,
	PointItem,
} from "@umpire/indexer/consumer-items.ts";
import type { ClaimItem } from "@umpire/indexer/game-items.ts";
import { describe, expect, it } from "vitest";
import { bountyView } from "../src/bounty-view.ts";
import { gridView } from "../src/grid-view.ts";
import { networkView } from "../src/network-view.ts";
import { operatorsView } from "../src/operators-view.ts";

const A = `0x${"a1".repeat(20)}`;
const B = `0x${"b2".repeat(20)}`;
const ROOT = `0x${"11".repeat(32)}`;
const at = { chainId: 31337, block: 10, time: 100_000 };
const nameOf = () => ({ name: "net", number: 1 });
const stamps = (time = 90_000) => {
	const stamp = { block: 1, blockHash: ROOT, logIndex: 0, transaction: ROOT, time };
	return { made: stamp, changed: stamp };
};

const job = (over: Partial<JobItem>): JobItem => ({
	...{ job: 1, client: A, program: ROOT, inputsRoot: ROOT, token: null, reward: "100000000000000000" },
	...{ exposure: "0", workSeconds: 600, tries: 1, status: "pending", round: null, open: false, worker: null },
	...{ until: null, request: null, claim: null, attempts: [] },
	...stamps(),
	...over,
});
const claim = (over: Partial<ClaimItem>): ClaimItem => ({
	...{ claim: 1, request: 1, program: ROOT, submitter: A, traceRoot: ROOT, outputRoot: ROOT, words: [] },
	...{ output: null, status: "live", periodEnd: 100_500, disputes: 0, openDisputes: 0, openDemands: 0 },
	...{ paid: null, winner: null, dispute: null },
	...stamps(),
	...over,
});

describe("the network's page", () => {
	const view = (jobs: readonly JobItem[], claims: readonly ClaimItem[] = []) =>
		networkView({
			...at,
			...{ jobs, workers: [], claims, nameOf, coordination: null, accounts: [], programs: [] },
			fees: { slotStake: "500000000000000000", jobFee: "1", entryFee: "2", changeFee: "3" },
		});

	it("begins with what waits, then with what is disputed", () => {
		expect(view([]).headline).toBe("Nobody works here yet");
		expect(view([job({})]).headline).toBe("One job waits for a worker");
		const disputed = job({ job: 2, status: "completed", claim: 7, worker: B });
		const claims = [claim({ claim: 7, openDisputes: 1 })];
		expect(view([job({}), disputed], claims).headline).toBe(
			"One job waits for a worker; one worker has to defend its result",
		);
		expect(view([disputed], claims).headline).toBe("One worker has to defend its result");
		expect(view([disputed], claims).jobs[0]).toMatchObject({ stage: 3, status: { tone: "challenger" } });
		expect(view([job({ status: "verified" })]).headline).toBe("The only job has ended");
	});

	it("says whose claim was rejected before, and when a claim is final", () => {
		const attempts = [{ worker: B, request: 1, claim: 3, ending: "rejected" as const }];
		expect(view([job({ attempts })]).jobs[0]).toMatchObject({
			...{ failed: 1, status: { text: "Slashed, waits for another", tone: "wrong" } },
		});
		const waiting = view([job({ status: "completed", claim: 1 })], [claim({})]).jobs[0];
		expect(waiting).toMatchObject({ until: 100_500, status: { text: "Can be challenged" } });
	});

	it("adds ether and leaves tokens apart", () => {
		const { figures, clients, jobs } = view([job({}), job({ job: 2, token: B, reward: "500" })]);
		expect(figures.find(({ label }) => label === "Locked in rewards")?.value).toBe("0.1 ETH");
		expect(clients).toEqual([{ client: A, jobs: 2, open: 2, locked: "0.1 ETH" }]);
		expect(jobs[1]).toMatchObject({ reward: "500", unit: "0xb2b2\u2026b2b2" });
	});
});

describe("a grid's page", () => {
	const grid: GridItem = {
		...{ grid: 1, client: A, program: ROOT, token: null, bounty: "4000000000000000000" },
		...{ stake: "1", share: "500000000000000000", lowest: false, rounds: 2, roundSeconds: 60 },
		...{
			reservationSeconds: 60,
			points: 3,
			accepted: 2,
			status: "open",
			startedAt: 1,
			best: null,
			rest: null,
		},
		...stamps(),
	};
	const point = (number: number, steps: number, rate: number, score: string | null): PointItem => ({
		...{ grid: 1, point: number, program: ROOT, inputsRoot: ROOT, steps, hyperparameters: [rate, 2] },
		...{
			status: score === null ? "reserved" : "accepted",
			worker: A,
			request: number,
			round: 0,
			position: 0,
		},
		...{ until: null, claim: null, score },
		...stamps(),
	});
	const points = [point(0, 4, 64, "10"), point(1, 4, 256, "30"), point(2, 8, 64, null)];
	const view = (over: Partial<GridItem> = {}, claims: readonly ClaimItem[] = []) =>
		gridView({ ...at, grid: { ...grid, ...over }, points, claims, rejected: [], program: undefined, nameOf });

	it("puts points where two of their hyper-parameters are, and leaves out what is the same in all", () => {
		const { axes, cells, headline } = view();
		expect(axes).toEqual({
			x: { name: "hyper-parameter 1", values: [64, 256] },
			y: { name: "steps", values: [4, 8] },
		});
		expect(cells.map(({ x, y, isBest }) => [x, y, isBest])).toEqual([
			[0, 0, false],
			[1, 0, true],
			[0, 1, false],
		]);
		expect(headline).toBe("Best score so far: 30 with hyper-parameter 1 at 256 and 4 steps");
	});

	it("takes the least for the best where that is asked for, and pays it half when it is closed", () => {
		const { cells } = view({ lowest: true, status: "closed", best: 0 });
		expect(cells.map(({ isBest, paid }) => [isBest, paid])).toEqual([
			[true, "2.5 ETH"],
			[false, "0.5 ETH"],
			[false, ""],
		]);
	});

	it("shows that a live claim can be challenged", () => {
		const { cells } = view({}, [claim({ claim: 9, request: 2 })]);
		expect(cells[2]).toMatchObject({ canBeChallenged: true, claim: 9, until: 100_500, scoreText: "claimed" });
	});
});

describe("a bounty's page", () => {
	const bounty: BountyItem = {
		...{
			bounty: 1,
			owner: A,
			program: ROOT,
			token: null,
			pool: "1000",
			rewarded: "300",
			rate: "1",
			minGain: 5,
		},
		...{ deposit: "1", scoreFee: "1", elements: 4, width: 16, status: "open", round: 1 },
		...{ commitUntil: 90_000, revealUntil: 99_000, scoreUntil: 101_000, baseline: null, best: 2 },
		...{ candidates: 2, rest: null },
		...stamps(80_000),
	};
	const candidate = (number: number, over: Partial<CandidateItem>): CandidateItem => ({
		...{ candidate: number, bounty: 1, round: 1, contributor: B, commitment: ROOT, status: "scored" },
		...{
			weightsRoot: null,
			shownLeaves: 0,
			request: number,
			claim: number,
			baseline: "10",
			score: null,
			gain: null,
		},
		...stamps(95_000 + number),
		...over,
	});
	const facts = {
		...at,
		...{ bounty, program: undefined, nameOf, rounds: [{ round: 1, best: 2, reward: "300" }] },
	};

	it("ranks candidates with the weights that it began with, and says who claimed what wrongly", () => {
		const candidates = [
			candidate(1, { score: "8", gain: "-2" }),
			candidate(2, { score: "40", gain: "30" }),
			candidate(3, { status: "open", claim: null }),
		];
		const claims = [claim({ claim: 8, request: 3, status: "rejected", output: [10, 99] })];
		const { leaders, headline, points } = bountyView({ ...facts, candidates, claims });
		expect(headline).toBe("Best score: 40, from 10 at first");
		expect(leaders.map(({ candidate: number, gain, isBest }) => [number, gain, isBest])).toEqual([
			[2, "+ 30", true],
			[null, "\u2013", false],
			[1, "\u2212 2", false],
			[3, "\u2013", false],
		]);
		expect(leaders[3].status).toEqual({ text: "Rejected: claimed 99", tone: "wrong" });
		expect(points.map(({ score, isGain, isWrong }) => [score, isGain, isWrong])).toEqual([
			[10, false, false],
			[99, false, true],
			[8, false, false],
			[40, true, false],
		]);
	});

	it("knows which phase runs", () => {
		const now = (of: Partial<BountyItem>, time = at.time) =>
			bountyView({ ...facts, time, bounty: { ...bounty, ...of }, candidates: [], claims: [] }).phases.find(
				({ state }) => state === "now",
			)?.name;
		expect(now({}, 90_000)).toBe("Commit");
		expect(now({}, 95_000)).toBe("Reveal");
		expect(now({ scoreUntil: null })).toBe("Draw");
		expect(now({})).toBe("Score");
		expect(now({}, 101_001)).toBe("Pay");
		expect(now({ status: "ended" })).toBeUndefined();
	});
});

describe("the page of those who attest", () => {
	it("says what is at stake, and whose signature was false", () => {
		const operator = {
			...{
				operator: 0,
				account: A,
				stake: "2000000000000000000",
				firstEpoch: 1,
				lastEpoch: null,
				exitFrom: null,
			},
			...{ key: [], slashed: "0", status: "active" as const },
			...stamps(),
		};
		const attestation = {
			...{ record: 1, claim: 1, request: 1, program: ROOT, inputsRoot: ROOT, outputRoot: ROOT, epoch: 1 },
			...{ signers: [0], weight: "3", stake: "4", soft: true, status: "convicted" as const, until: null },
			...{ accusations: 1, slashed: "1", covered: null },
			...stamps(),
		};
		const view = operatorsView({
			...at,
			operators: [operator],
			attestations: [attestation],
			covers: [],
			nameOf,
		});
		expect(view.headline).toBe("1 operator signs with 2 ETH at stake");
		expect(view.tables[1].rows[0].map(({ text }) => text)).toEqual([
			...["1", "net", "False: its signers were slashed", "1", "75 %", "1"],
		]);
	});
});
