import type { JobItem, WorkerItem } from "@umpire/indexer/consumer-items.ts";
import type { ClaimItem } from "@umpire/indexer/game-items.ts";
import type { StatusView } from "./dispute-view.ts";
import { amountParts, amountText, etherSum, type Naming, plain, spelled } from "./market-words.ts";
import type { Figure } from "./overview-view.ts";
import { counted, ether, etherNumber, foreign, grouped } from "./text.ts";

/** What the index and the server say of the compute network. */
export interface NetworkFacts {
	readonly chainId: number;
	readonly block: number;
	/** The chain's time. */
	readonly time: number;
	/** The newest first; at most some thousand. */
	readonly jobs: readonly JobItem[];
	readonly workers: readonly WorkerItem[];
	/** Claims of jobs that are completed and not verified yet. */
	readonly claims: readonly ClaimItem[];
	readonly nameOf: Naming;
	/** Null where the server does nothing of its own. */
	readonly coordination: { readonly running: boolean } | null;
	/** Accounts that the server signs for; none beyond local chains. */
	readonly accounts: readonly NamedAccount[];
	/** Programs that a job can be about. */
	readonly programs: readonly AskedProgram[];
	/** Null if no network is deployed. */
	readonly fees: NetworkFees | null;
}

/** What forms add to an amount, in wei. */
export interface NetworkFees {
	/** The least that a worker stakes for a slot. */
	readonly slotStake: string;
	/** What a job pays for each draw. */
	readonly jobFee: string;
	/** What a worker pays to come, and for each change of a slot. */
	readonly entryFee: string;
	readonly changeFee: string;
}

export interface NamedAccount {
	readonly role: string;
	readonly address: string;
}

/** What a form needs to know of a program. */
export interface AskedProgram {
	readonly number: number;
	readonly root: string;
	readonly name: string;
	/** Null where the program is not here, so that its inputs are not known. */
	readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[] | null;
	/** Roots of inputs that somebody asked it with, the newest first. */
	readonly known: readonly { readonly label: string; readonly root: string }[];
}

export interface JobLine {
	readonly job: number;
	readonly what: string;
	readonly program: number | null;
	readonly client: string;
	readonly worker: string | null;
	/** Of waiting, offered, computing, challenge period, paid: where it is. */
	readonly stage: 0 | 1 | 2 | 3 | 4;
	readonly status: StatusView;
	readonly until: number | null;
	readonly claim: number | null;
	/** Attempts that failed before. */
	readonly failed: number;
	readonly reward: string;
	readonly unit: string;
}

export interface WorkerLine {
	readonly worker: string;
	/** As whoever registered says. */
	readonly hardware: string;
	readonly busy: number;
	readonly places: number;
	readonly stake: string;
	readonly reputation: number;
	readonly verified: number;
	readonly status: StatusView;
}

export interface ClientLine {
	readonly client: string;
	readonly jobs: number;
	readonly open: number;
	readonly locked: string;
}

export interface NetworkView {
	readonly chainId: number;
	readonly block: number;
	readonly time: number;
	readonly isDeployed: boolean;
	readonly headline: string;
	readonly lead: string;
	readonly figures: readonly Figure[];
	readonly jobs: readonly JobLine[];
	readonly jobsNote: string;
	readonly workers: readonly WorkerLine[];
	readonly clients: readonly ClientLine[];
	/** Jobs that were paid, by the first second of the hour: the last 24, the newest last. */
	readonly hours: readonly { readonly from: number; readonly paid: number; readonly failed: number }[];
	readonly coordination: { readonly running: boolean; readonly note: string } | null;
	readonly accounts: readonly NamedAccount[];
	readonly programs: readonly AskedProgram[];
	readonly fees: NetworkFees | null;
}

const MOST_JOBS = 40;
const MOST_WORKERS = 40;
const MOST_CLIENTS = 12;
const HOUR = 3600;
const HOURS = 24;

/** The dashboard of the compute network: what waits, who works, who pays. */
export function networkView(facts: NetworkFacts): NetworkView {
	const { jobs, workers, chainId, block, time, accounts, programs, fees } = facts;
	const claims = new Map(facts.claims.map((claim) => [claim.claim, claim]));
	const open = jobs.filter(({ status }) => !ENDED.has(status));
	const waiting = open.filter(({ status }) => status === "pending" || status === "offered");
	const disputed = open.filter((job) => isDisputed(job, claims));
	const computing = open.filter(({ status }) => status === "assigned");
	const defended = open.filter(({ status }) => status === "completed");
	const paid = jobs.filter(({ status }) => status === "verified");
	const ready = workers.filter(({ status }) => status === "active");
	const places = ready.reduce((sum, { capacity }) => sum + capacity, 0);
	const attempts = jobs.flatMap((job) => job.attempts);
	const failures = attempts.filter(({ ending }) => ending !== null && FAILED.has(ending)).length;
	const leaving = workers.filter(({ status }) => status === "leaving").length;
	return {
		chainId,
		block,
		time,
		isDeployed: fees !== null,
		headline: headlineOf(jobs.length, waiting.length, disputed.length, open.length, workers.length),
		lead: "Workers lock a stake and compute jobs. A result is paid when nobody has proved one of its numbers wrong in time.",
		figures: [
			{
				label: "Workers ready",
				value: `${ready.length} of ${workers.length}`,
				note: leaving > 0 ? `${leaving} leaving` : `${ether(stakeOf(workers))} staked`,
			},
			{
				label: "Places taken",
				value: `${computing.length + defended.length} of ${places}`,
				note: `${computing.length} computing, ${defended.length} to defend`,
			},
			{
				label: "Waiting for a worker",
				value: grouped(waiting.length),
				note:
					waiting.length === 0 ? "none" : `the oldest is job ${Math.min(...waiting.map(({ job }) => job))}`,
			},
			{
				label: "Locked in rewards",
				value: ether(etherSum(open.map(({ reward, token }) => ({ units: reward, token })))),
				note: `for ${counted(open.length, "job")}`,
			},
			{
				label: "Paid",
				value: `${paid.length} of ${jobs.length}`,
				note: `${counted(failures, "attempt")} failed`,
			},
		],
		jobs: jobs.slice(0, MOST_JOBS).map((job) => jobLine(job, claims, facts.nameOf)),
		jobsNote:
			jobs.length > MOST_JOBS
				? `The newest ${MOST_JOBS} of ${grouped(jobs.length)}; /jobs has all.`
				: "waiting \u00b7 offered \u00b7 computing \u00b7 challenge period \u00b7 paid",
		workers: workers
			.toSorted(
				(a, b) => b.reputation - a.reputation || Number(BigInt(b.stake) - BigInt(a.stake) > 0n) * 2 - 1,
			)
			.slice(0, MOST_WORKERS)
			.map((worker) => workerLine(worker, open)),
		clients: clientsOf(jobs),
		hours: hoursOf(jobs, time),
		coordination:
			facts.coordination === null
				? null
				: {
						running: facts.coordination.running,
						note: facts.coordination.running
							? "The server draws workers, ends what is due and works for the accounts that registered here, every second."
							: "Nobody draws workers here until it is started. Anyone may: the contract checks every draw.",
					},
		accounts,
		programs,
		fees,
	};
}

const ENDED: ReadonlySet<string> = new Set(["verified", "failed", "cancelled"]);
const FAILED: ReadonlySet<string> = new Set(["missed", "late", "rejected"]);

function headlineOf(jobs: number, waiting: number, disputed: number, open: number, workers: number): string {
	if (jobs === 0) {
		return workers === 0
			? "Nobody works here yet"
			: `${spelled(workers)} ${workers === 1 ? "worker waits" : "workers wait"} for a first job`;
	}
	const waits = `${spelled(waiting)} ${waiting === 1 ? "job waits" : "jobs wait"} for a worker`;
	const defends = `${disputed === 1 ? "one worker has" : `${disputed} workers have`} to defend ${disputed === 1 ? "its result" : "their results"}`;
	if (disputed > 0)
		return waiting > 0 ? `${waits}; ${defends}` : `${defends[0].toUpperCase()}${defends.slice(1)}`;
	if (waiting > 0) return waits;
	if (open > 0) return `${spelled(open)} ${open === 1 ? "job is" : "jobs are"} being computed or checked`;
	return jobs === 1 ? "The only job has ended" : `All ${grouped(jobs)} jobs have ended`;
}

const isDisputed = ({ claim, status }: JobItem, claims: ReadonlyMap<number, ClaimItem>): boolean =>
	status === "completed" && claim !== null && (claims.get(claim)?.openDisputes ?? 0) > 0;

function jobLine(job: JobItem, claims: ReadonlyMap<number, ClaimItem>, nameOf: Naming): JobLine {
	const { name, number } = nameOf(job.program);
	const { value, unit } = amountParts(job.reward, job.token);
	return {
		job: job.job,
		what: name,
		program: number,
		client: job.client,
		worker: job.worker,
		...stageOf(job, claims),
		claim: job.claim,
		failed: job.attempts.filter(({ ending }) => ending !== null && FAILED.has(ending)).length,
		reward: value,
		unit,
	};
}

function stageOf(
	job: JobItem,
	claims: ReadonlyMap<number, ClaimItem>,
): Pick<JobLine, "stage" | "status" | "until"> {
	const last = job.attempts.at(-1)?.ending;
	switch (job.status) {
		case "pending":
			if (last === "rejected") {
				return { stage: 0, status: { text: "Slashed, waits for another", tone: "wrong" }, until: null };
			}
			return {
				stage: 0,
				status: plain(job.open ? "Waits; any worker may take it" : "Waits for a worker"),
				until: null,
			};
		case "offered":
			return { stage: 1, status: plain("Offered to a worker"), until: job.until };
		case "assigned":
			return { stage: 2, status: plain("Being computed"), until: job.until };
		case "completed": {
			const claim = job.claim === null ? undefined : claims.get(job.claim);
			if (isDisputed(job, claims)) {
				return { stage: 3, status: { text: "Disputed", tone: "challenger" }, until: null };
			}
			return {
				stage: 3,
				status: { text: "Can be challenged", tone: "submitter" },
				until: claim?.periodEnd ?? null,
			};
		}
		case "verified":
			return { stage: 4, status: plain("Paid"), until: null };
		case "failed":
			return { stage: 4, status: { text: "Failed, reward returned", tone: "wrong" }, until: null };
		case "cancelled":
			return { stage: 0, status: plain("Cancelled by its client"), until: null };
	}
}

const WORKER_STATES = { active: "Ready", paused: "Paused", leaving: "Leaving", gone: "Gone" } as const;

function workerLine(one: WorkerItem, open: readonly JobItem[]): WorkerLine {
	const state = WORKER_STATES[one.status];
	const busy = open.filter(
		({ worker, status }) => worker === one.worker && (status === "assigned" || status === "completed"),
	).length;
	return {
		worker: one.worker,
		hardware: foreign(one.gpu),
		busy,
		places: one.capacity,
		stake: etherNumber(one.stake),
		reputation: one.reputation,
		verified: one.verified,
		status:
			BigInt(one.slashed) > 0n
				? { text: `${state}, slashed ${amountText(one.slashed, null)}`, tone: "wrong" }
				: plain(state),
	};
}

const stakeOf = (workers: readonly WorkerItem[]): bigint =>
	workers.reduce((sum, { stake }) => sum + BigInt(stake), 0n);

function clientsOf(jobs: readonly JobItem[]): ClientLine[] {
	return [...Map.groupBy(jobs, ({ client }) => client)].slice(0, MOST_CLIENTS).map(([client, own]) => {
		const open = own.filter(({ status }) => !ENDED.has(status));
		const locked = etherSum(open.map(({ reward, token }) => ({ units: reward, token })));
		return { client, jobs: own.length, open: open.length, locked: ether(locked) };
	});
}

function hoursOf(jobs: readonly JobItem[], time: number): NetworkView["hours"] {
	const last = Math.floor(time / HOUR) * HOUR;
	const ended = (status: JobItem["status"], from: number) =>
		jobs.filter((job) => job.status === status && job.changed.time >= from && job.changed.time < from + HOUR)
			.length;
	return Array.from({ length: HOURS }, (_, i) => {
		const from = last - (HOURS - 1 - i) * HOUR;
		return { from, paid: ended("verified", from), failed: ended("failed", from) };
	});
}
