import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, PHASE } from "@umpire/game/state.ts";
import {
	endOf,
	JOB_STATUS,
	type JobStatus,
	type JobTerms,
	WORKER_STATUS,
	type WorkerTerms,
	workerOf,
} from "@umpire/markets/network-state.ts";
import type { NetworkAction } from "@umpire/markets/network-world.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { slotsOf } from "@umpire/markets/worker-moves.ts";
import { entryOf, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { NETWORK, type NetworkDriver } from "@umpire/testing/markets/network-driver.ts";
import fc from "fast-check";
import { PROGRAMS, traceOf } from "./random-grid-moves.ts";

export const LABEL: Hex = `0x${"00".repeat(32)}`;
export const WORKER_TERMS: WorkerTerms = {
	capacity: 2,
	leastReward: 50n,
	tokens: [],
	programs: [],
	gpu: LABEL,
};
export const JOB_TERMS: JobTerms = {
	program: PROGRAMS[0].root,
	inputsRoot: PROGRAMS[0].inputsRoot,
	token: ETHER,
	reward: 100n,
	exposure: 700n,
	workSeconds: 30,
	tries: 1,
};

/** What registering with a stake takes. */
export function entryPrice(capacity: number, stake: bigint): bigint {
	return NETWORK.entryFee + stake + resumePrice(capacity, stake, 0n);
}

/** What coming back takes beside the stake that is added. */
export function resumePrice(capacity: number, stake: bigint, added: bigint): bigint {
	return added + 2n * BigInt(slotsOf(capacity, stake + added, NETWORK.slotStake)) * NETWORK.changeFee;
}

/** What a job takes in ether. */
export function jobPrice({ token, reward, tries }: Pick<JobTerms, "token" | "reward" | "tries">): bigint {
	return BigInt(tries) * NETWORK.jobFee + (token === ETHER ? reward : 0n);
}

const KINDS = {
	register: 3,
	pause: 1,
	resume: 6,
	leave: 1,
	exit: 3,
	apply: 14,
	submit: 8,
	cancel: 3,
	bring: 16,
	draw: 16,
	accept: 16,
	decline: 2,
	lapse: 4,
	take: 8,
	claim: 14,
	challenge: 5,
	timeout: 4,
	finalise: 9,
	sync: 10,
	expire: 5,
	withdraw: 3,
	makeVoid: 1,
} as const;

export const arbitraryNetworkTurn = fc.record({
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
export type NetworkTurn = typeof arbitraryNetworkTurn extends fc.Arbitrary<infer T> ? T : never;

type Planned = { readonly sender: Hex; readonly action: NetworkAction | Action; readonly at?: number };

/** The sender and the move of a turn, and when it is made if not at once; undefined if there is nothing to move about. */
export function networkMoveOf(
	turn: NetworkTurn,
	driver: NetworkDriver,
	people: readonly Hex[],
): Planned | undefined {
	const { world, stage } = driver;
	const { kind, a, b, bad, edge } = turn;
	const someone = people[a % people.length];
	const other = people[b % people.length];
	const soon = (time: number): { at?: number } =>
		edge === null ? {} : { at: Math.max(driver.now + 1, time + edge) };
	/** Mostly a job in a status. */
	const jobIn = (...statuses: readonly JobStatus[]): number | undefined => {
		if (bad) return 1 + (b % (world.jobs.length + 1));
		const fitting = world.jobs.flatMap(({ status }, i) => (statuses.includes(status) ? [i + 1] : []));
		return fitting[a % fitting.length];
	};
	switch (kind) {
		case "register": {
			const terms = termsOf(turn, stage.token.address);
			const stake =
				1000n * BigInt(1 + (b % 4)) + (a % 3 === 0 ? 500n : 0n) - (bad && a % 2 === 0 ? 999n : 0n);
			const value = entryPrice(terms.capacity, stake) + (bad && b % 2 === 0 ? 1n : 0n);
			return { sender: someone, action: { type: "registerWorker", terms, stake, value } };
		}
		case "pause":
			return { sender: someone, action: { type: "pause" } };
		case "resume": {
			const terms = termsOf(turn, stage.token.address);
			const waits = people.filter((account) => {
				const { status, queued, listed } = workerOf(world, account);
				return status === WORKER_STATUS.active && queued + listed === 0;
			});
			const sender = bad || waits.length === 0 ? someone : waits[a % waits.length];
			const added = b % 3 === 0 ? 600n : b % 3 === 1 ? 1000n : 0n;
			const value = resumePrice(terms.capacity, workerOf(world, sender).stake, added) + (bad ? 1n : 0n);
			return { sender, action: { type: "resume", terms, added, value } };
		}
		case "leave":
			return { sender: someone, action: { type: "leave" } };
		case "exit": {
			const leaving = people.filter((account) => workerOf(world, account).status === WORKER_STATUS.leaving);
			const worker = bad || leaving.length === 0 ? other : leaving[a % leaving.length];
			const { leftAt } = workerOf(world, worker);
			const at = leftAt === 0 ? {} : soon(leftAt + NETWORK.exitDelay);
			return { sender: someone, action: { type: "exit", worker }, ...at };
		}
		case "apply":
			return { sender: someone, action: { type: "applyChanges", most: a % 5 } };
		case "submit": {
			const token = a % 3 === 0 ? stage.token.address : ETHER;
			const reward = b % 4 === 0 ? 60n : 100n;
			const terms = wrongTerms({ ...JOB_TERMS, token, reward, tries: 1 + (b % 2) }, turn);
			const value = jobPrice(terms) + (bad && a % 5 === 0 ? 1n : 0n);
			return { sender: people[a % 2], action: { type: "submit", terms, value } };
		}
		case "cancel": {
			const job = jobIn(JOB_STATUS.pending);
			if (job === undefined) return undefined;
			const { client = someone, round = 0 } = world.jobs[job - 1] ?? {};
			const at = round === 0 ? {} : soon(endOf(world, round));
			return { sender: bad ? other : client, action: { type: "cancel", job }, ...at };
		}
		case "bring": {
			const due = world.rounds.filter(
				({ beaconRound }) => beaconRound <= driver.now && (bad || !world.beacon.values.has(beaconRound)),
			);
			if (due.length === 0) return undefined;
			const round = due[0].beaconRound;
			return { sender: someone, action: { type: "bring", round, beaconValue: wordHex(BigInt(b) << 118n) } };
		}
		case "makeVoid": {
			const round = world.rounds[0]?.beaconRound;
			if (a % 2 !== 0 || round === undefined || world.beacon.values.has(round)) return undefined;
			return { sender: someone, action: { type: "makeVoid", round } };
		}
		case "draw": {
			const [oldest] = world.rounds;
			if (oldest === undefined && !bad) return undefined;
			const at = oldest === undefined ? {} : soon(endOf(world, oldest.round));
			return { sender: someone, action: { type: "drawJobs", most: a % 4 }, ...at };
		}
		case "accept":
		case "decline":
		case "lapse": {
			const job = jobIn(JOB_STATUS.offered);
			if (job === undefined) return undefined;
			const { worker = NOBODY, until = 0 } = world.jobs[job - 1] ?? {};
			const sender = kind === "lapse" || worker === NOBODY || (bad && a % 2 === 0) ? other : worker;
			const isOver = until !== 0 && driver.now > until;
			if (kind === "accept" && isOver && !bad) return { sender, action: { type: "lapse", job } };
			const late = kind === "lapse" || (kind === "accept" && b % 8 === 0);
			return { sender, action: { type: kind, job }, ...(late && until !== 0 ? soon(until + 1) : {}) };
		}
		case "take": {
			const open = world.jobs.flatMap(({ status, round }, i) =>
				status === JOB_STATUS.pending && round === 0 ? [i + 1] : [],
			);
			const job = bad ? jobIn(JOB_STATUS.pending) : open[a % open.length];
			if (job === undefined) return undefined;
			const { exposure = 0n } = world.jobs[job - 1]?.terms ?? {};
			const value = exposure + (bad && a % 3 === 0 ? 1n : 0n);
			const active = people.filter((one) => workerOf(world, one).status === WORKER_STATUS.active);
			const sender = bad || active.length === 0 ? other : active[b % active.length];
			return { sender, action: { type: "take", job, value } };
		}
		case "claim": {
			const { requests } = world.game;
			if (requests.length === 0) return undefined;
			const mine = world.jobs.filter(({ status }) => status === JOB_STATUS.assigned);
			if (mine.length === 0 && !bad) return undefined;
			const request = bad ? 1 + (a % requests.length) : mine[a % mine.length].request;
			const value = PARAMETERS.submitterBond;
			const sender = bad && b % 2 === 0 ? other : requests[request - 1].submitter;
			return { sender, action: { type: "claim", value, request, ...traceOf(1, b % 4).claim() } };
		}
		case "challenge": {
			const claim = claimIn(driver, CLAIM_STATUS.live, a);
			if (claim === undefined) return undefined;
			const value = PARAMETERS.challengerBond;
			return { sender: someone, action: { type: "challenge", value, claim, entry: entryOf(traceOf(1)) } };
		}
		case "timeout": {
			const open = world.game.disputes.flatMap(({ phase }, i) => (phase === PHASE.closed ? [] : [i + 1]));
			if (open.length === 0) return undefined;
			const dispute = open[a % open.length];
			const late = world.game.disputes[dispute - 1].demandedAt + 60;
			return { sender: someone, action: { type: "timeout", dispute }, at: Math.max(driver.now + 1, late) };
		}
		case "finalise": {
			const live = claimIn(driver, CLAIM_STATUS.live, a);
			if (live === undefined && !bad) return undefined;
			const claim = live ?? 1;
			const made = world.game.claims[claim - 1];
			const at = made === undefined ? {} : soon(made.claimedAt + PARAMETERS.challengePeriod);
			return { sender: someone, action: { type: "finalise", claim }, ...at };
		}
		case "sync": {
			const job = jobIn(JOB_STATUS.assigned, JOB_STATUS.completed);
			if (job === undefined) return undefined;
			const { request } = world.jobs[job - 1] ?? {};
			const made = 1 + world.game.claims.findIndex((claim) => claim.request === request);
			if (made === 0 && !bad) return undefined;
			return { sender: someone, action: { type: "syncJob", job, claim: bad && b % 2 === 0 ? a % 5 : made } };
		}
		case "expire": {
			const job = jobIn(JOB_STATUS.assigned);
			if (job === undefined) return undefined;
			const { until = 0 } = world.jobs[job - 1] ?? {};
			const at = until === 0 ? {} : soon(until + PARAMETERS.increment);
			return { sender: someone, action: { type: "expireJob", job }, ...at };
		}
		case "withdraw": {
			const token = a % 3 === 0 ? stage.token.address : ETHER;
			const contract = b % 2 === 0 ? "workers" : "jobs";
			return { sender: someone, action: { type: "withdrawFrom", contract, token, recipient: other } };
		}
	}
}

function claimIn({ world }: NetworkDriver, wanted: number, a: number): number | undefined {
	const found = world.game.claims.flatMap(({ status }, i) => (status === wanted ? [i + 1] : []));
	return found[a % found.length];
}

function termsOf({ a, b, bad }: NetworkTurn, token: Hex): WorkerTerms {
	const terms: WorkerTerms = {
		...WORKER_TERMS,
		capacity: 1 + (a % 3),
		leastReward: b % 5 === 0 ? 90n : 50n,
		tokens: a % 2 === 0 ? [{ token, least: b % 3 === 0 ? 90n : 1n }] : [],
		programs: b % 7 === 0 ? [PROGRAMS[a % 2].root] : [],
	};
	if (!bad) return terms;
	const wrong: readonly Partial<WorkerTerms>[] = [
		{ capacity: 0 },
		{ capacity: 65 },
		{ tokens: [{ token, least: 0n }] },
		{ tokens: new Array(9).fill({ token, least: 1n }) },
		{ programs: new Array(17).fill(PROGRAMS[0].root) },
	];
	return { ...terms, ...wrong[a % wrong.length] };
}

function wrongTerms(terms: JobTerms, { a, b, bad }: NetworkTurn): JobTerms {
	if (!bad) return terms;
	const wrong: readonly Partial<JobTerms>[] = [
		{ program: wordHex(1n) },
		{ inputsRoot: wordHex(0n) },
		{ reward: terms.token === ETHER ? 49n : 0n },
		{ exposure: terms.token === ETHER ? 10n : 0n },
		{ workSeconds: 0 },
		{ tries: a % 2 === 0 ? 0 : 9 },
	];
	return { ...terms, ...wrong[b % wrong.length] };
}
