import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type ClaimStatus } from "@umpire/game/state.ts";
import type { RoundValue } from "./grid-steps.ts";
import {
	JOB_STATUS,
	type JobStatus,
	WORKER_STATUS,
	type WorkerStatus,
	type WorkerTerms,
} from "./network-state.ts";

/** A job as the chain shows it. */
export interface SeenJob {
	readonly id: number;
	readonly client: Hex;
	readonly status: JobStatus;
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly token: Hex;
	readonly reward: bigint;
	readonly exposure: bigint;
	/** pending: the round that it waits in; 0: any worker may take it */
	readonly round: number;
	/** last second of the offer or of the attempt */
	readonly until: number;
	readonly worker: Hex;
	readonly request: number;
	/** what its worker has claimed on the attempt's request; undefined before */
	readonly claim: { readonly id: number; readonly status: ClaimStatus } | undefined;
}

/** Workers and jobs as the chain shows them. */
export interface SeenNetwork {
	readonly genesis: number;
	readonly roundSeconds: number;
	/** seconds after the end of an attempt during which a claim still comes first */
	readonly grace: number;
	/** changes of the list that wait, and the round of the oldest; 0 if none does */
	readonly changes: { readonly count: number; readonly oldest: number };
	/** the oldest round that jobs wait in */
	readonly oldest:
		| { readonly round: number; readonly waiting: number; readonly value: RoundValue }
		| undefined;
	/** those that have not ended */
	readonly jobs: readonly SeenJob[];
}

/** A worker as the chain shows it. */
export interface SeenWorker {
	readonly account: Hex;
	readonly status: WorkerStatus;
	readonly reputation: number;
	readonly wanted: boolean;
	readonly listed: number;
	readonly queued: number;
	readonly unresolved: number;
	readonly stake: bigint;
	readonly exposure: bigint;
	/** from when on its stake can be paid out, if it is leaving */
	readonly exitFrom: number;
}

export type NetworkStep =
	| { readonly type: "applyChanges"; readonly count: number; readonly oldest: number }
	| { readonly type: "bring"; readonly round: number }
	| { readonly type: "draw"; readonly round: number; readonly waiting: number }
	| { readonly type: "lapse"; readonly job: number; readonly until: number }
	| { readonly type: "sync"; readonly job: number; readonly claim: number; readonly status: JobStatus }
	| { readonly type: "expire"; readonly job: number; readonly request: number };

export type WorkerStep =
	| { readonly type: "register" }
	| { readonly type: "resume"; readonly stake: bigint }
	| { readonly type: "accept"; readonly job: number; readonly until: number }
	| { readonly type: "decline"; readonly job: number; readonly until: number }
	| { readonly type: "take"; readonly job: number; readonly exposure: bigint }
	| { readonly type: "leave" }
	| { readonly type: "exit" };

type Clock = Pick<SeenNetwork, "genesis" | "roundSeconds">;
const roundAt = ({ genesis, roundSeconds }: Clock, now: number): number =>
	1 + Math.floor((now - genesis) / roundSeconds);
const endOf = ({ genesis, roundSeconds }: Clock, round: number): number => genesis + round * roundSeconds;

/** What anybody can do at time `now`, in this order: several who do it are harmless, the contract takes each step once. */
export function stepsForAll(network: SeenNetwork, now: number): NetworkStep[] {
	const steps: NetworkStep[] = [];
	const { oldest, changes, grace } = network;
	const limit = oldest?.round ?? roundAt(network, now);
	const mayApply = changes.count > 0 && changes.oldest <= limit;
	if (mayApply) steps.push({ type: "applyChanges", ...changes });
	if (oldest !== undefined && now >= endOf(network, oldest.round)) {
		const { round, waiting, value } = oldest;
		if (value === "ready") steps.push({ type: "bring", round });
		// A draw is refused while changes of its round wait.
		else if (value !== "pending" && !mayApply) steps.push({ type: "draw", round, waiting });
	}
	for (const { id, status, claim, until, request } of network.jobs) {
		if (status === JOB_STATUS.offered && now > until) steps.push({ type: "lapse", job: id, until });
		if (status !== JOB_STATUS.assigned && status !== JOB_STATUS.completed) continue;
		if (claim === undefined) {
			if (now >= until + grace) steps.push({ type: "expire", job: id, request });
		} else if (status === JOB_STATUS.assigned || claim.status !== CLAIM_STATUS.live) {
			steps.push({ type: "sync", job: id, claim: claim.id, status });
		}
	}
	return steps;
}

/**
 * What a worker does beside that.
 *
 * @param canDo whether it has the program and the inputs of a job, and can compute it
 * @param aim whether it is to stay, or to leave
 */
export function stepsOfWorker(
	network: Pick<SeenNetwork, "jobs">,
	worker: SeenWorker,
	canDo: (job: SeenJob) => boolean,
	aim: "stay" | "leave",
	now: number,
): WorkerStep[] {
	const { account, status, wanted, listed, queued, unresolved } = worker;
	const steps: WorkerStep[] = [];
	for (const job of network.jobs) {
		if (job.status === JOB_STATUS.offered && job.worker === account && now <= job.until) {
			const accepts = aim === "stay" && canDo(job);
			steps.push({ type: accepts ? "accept" : "decline", job: job.id, until: job.until });
		}
		const isOpen = job.status === JOB_STATUS.pending && job.round === 0;
		if (isOpen && aim === "stay" && status === WORKER_STATUS.active && canDo(job)) {
			steps.push({ type: "take", job: job.id, exposure: job.exposure });
		}
	}
	const isOut = listed === 0 && queued === 0;
	if (aim === "stay") {
		if (status === WORKER_STATUS.none || status === WORKER_STATUS.gone) steps.push({ type: "register" });
		// It was taken out of the list as it had missed something: here it is again.
		if (status === WORKER_STATUS.active && !wanted && isOut) {
			steps.push({ type: "resume", stake: worker.stake });
		}
		return steps;
	}
	if (status === WORKER_STATUS.active) steps.push({ type: "leave" });
	if (status === WORKER_STATUS.leaving && isOut && unresolved === 0 && now >= worker.exitFrom) {
		steps.push({ type: "exit" });
	}
	return steps;
}

/** Whether a job is one that a worker with these terms and this stake would be drawn for: it takes no other. */
export function fitsTerms(
	{ leastReward, tokens, programs }: Pick<WorkerTerms, "leastReward" | "tokens" | "programs">,
	stake: bigint,
	{ program, token, reward, exposure }: Pick<SeenJob, "program" | "token" | "reward" | "exposure">,
): boolean {
	if (exposure > stake) return false;
	if (programs.length > 0 && !programs.includes(program)) return false;
	if (BigInt(token) === 0n) return reward >= leastReward;
	const least = tokens.findLast((one) => one.token === token)?.least;
	return least !== undefined && reward >= least;
}

/** The next second at which time alone gives somebody something to do; undefined if it does not. */
export function nextNetworkTime(network: SeenNetwork, now: number): number | undefined {
	const { oldest, jobs, grace } = network;
	const times = [
		...(oldest === undefined ? [] : [endOf(network, oldest.round)]),
		...jobs.flatMap(({ status, until }) => {
			if (status === JOB_STATUS.offered) return [until + 1];
			return status === JOB_STATUS.assigned ? [until + grace] : [];
		}),
	].filter((time) => time > now);
	return times.length === 0 ? undefined : Math.min(...times);
}
