import { Batch } from "@umpire/chain/batch.ts";
import { type Got, read } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { ClaimStatus } from "@umpire/game/state.ts";
import type { RoundValue } from "@umpire/markets/grid-steps.ts";
import { JOB_STATUS, type JobStatus, type WorkerStatus } from "@umpire/markets/network-state.ts";
import type { SeenJob, SeenNetwork, SeenWorker } from "@umpire/markets/network-steps.ts";
import { SETTLED_AFTER } from "../settled.ts";
import type { View } from "../world.ts";
import type { NetworkContracts } from "./network-contracts.ts";

const lower = (account: Hex): Hex => account.toLowerCase() as Hex;

/** Whether nothing moves a job any more. */
export const isEnded = (status: JobStatus): boolean => status >= JOB_STATUS.verified;

/** Reads workers and jobs as the chain shows them; jobs that have ended are read once. */
export class NetworkReader {
	readonly #view: View;
	readonly #contracts: NetworkContracts;
	/** jobs that have ended, and the block at which that was first seen */
	readonly #ended = new Map<number, bigint>();

	constructor(view: View, contracts: NetworkContracts) {
		this.#view = view;
		this.#contracts = contracts;
	}

	/** The feed must have been polled: it knows which claims were made. */
	async network(): Promise<SeenNetwork> {
		const { jobs, workers, beacon } = this.#contracts;
		const { contracts } = this.#view;
		const { roundSeconds } = await read(contracts, workers, "parameters", []);
		const genesis = Number(await read(contracts, workers, "endOf", [0n]));
		const grace = Number(await read(contracts, jobs, "grace", []));
		const [count, oldestChange] = (await read(contracts, workers, "waitingChanges", [])).map(Number);
		const round = await read(contracts, jobs, "oldestRound", []);
		const height = await contracts.connection.reader.getBlockNumber();
		const seen: SeenJob[] = [];
		const jobCount = Number(await read(contracts, jobs, "jobCount", []));
		// Chains are reorganised: what has ended is looked at until that is settled.
		const isSettled = (since: bigint | undefined) => since !== undefined && height > since + SETTLED_AFTER;
		const ids = Array.from({ length: jobCount }, (_, i) => i + 1).filter(
			(id) => !isSettled(this.#ended.get(id)),
		);
		for (const job of await readJobs(this.#view, this.#contracts, ids)) {
			if (!isEnded(job.status)) seen.push(job);
			else if (!this.#ended.has(job.id)) this.#ended.set(job.id, height);
		}
		const base = { genesis, roundSeconds, grace, changes: { count, oldest: oldestChange }, jobs: seen };
		if (round === 0n) return { ...base, oldest: undefined };
		const named = await read(contracts, jobs, "beaconRound", [round]);
		const [status] = await read(contracts, beacon, "lookUp", [named]);
		const values: readonly RoundValue[] = [height >= named ? "ready" : "pending", "known", "void"];
		const waiting = (await read(contracts, jobs, "waiting", [round])).length;
		return { ...base, oldest: { round: Number(round), waiting, value: values[status] } };
	}

	async worker(account: Hex): Promise<SeenWorker> {
		const { workers } = this.#contracts;
		const { contracts } = this.#view;
		const found = await read(contracts, workers, "getWorker", [account]);
		const { exitDelay } = await read(contracts, workers, "parameters", []);
		const { status, leftAt, ...rest } = found;
		return {
			account: lower(account),
			status: status as WorkerStatus,
			reputation: rest.reputation,
			wanted: rest.wanted,
			listed: rest.listed,
			queued: rest.queued,
			unresolved: rest.unresolved,
			stake: rest.stake,
			exposure: rest.exposure,
			exitFrom: leftAt + exitDelay,
		};
	}
}

/**
 * A job as the chain shows it now.
 *
 * @throws UmpireError if there is no such job
 */
export async function readJob(view: View, { jobs }: NetworkContracts, id: number): Promise<SeenJob> {
	const count = Number(await read(view.contracts, jobs, "jobCount", []));
	if (!(Number.isInteger(id) && id >= 1 && id <= count)) {
		throw new UmpireError("NOT_FOUND", `There is no job ${id}`, {
			advice: `${count} ${count === 1 ? "was" : "were"} submitted.`,
		});
	}
	const [job] = await readJobs(view, { jobs }, [id]);
	return job;
}

/** Jobs as the chain shows them now, read together: strangers submit as many as they like. */
async function readJobs(
	view: View,
	{ jobs }: Pick<NetworkContracts, "jobs">,
	ids: readonly number[],
): Promise<SeenJob[]> {
	const found = new Map<number, JobOnChain>();
	const batch = new Batch(view.contracts);
	for (const id of ids) batch.add(jobs, "getJob", [BigInt(id)], (job) => found.set(id, job));
	await batch.run(undefined);
	const claims = await claimsOn(view, new Set([...found.values()].map(({ request }) => request)));
	return ids.map((id) => {
		const job = found.get(id)!;
		const { program, inputsRoot, token, reward, exposure, round, workSeconds, until, request } = job;
		return {
			id,
			client: lower(job.client),
			status: job.status as JobStatus,
			program,
			inputsRoot,
			token: lower(token),
			reward,
			exposure,
			round,
			workSeconds,
			until,
			worker: lower(job.worker),
			request,
			claim: claims.get(request),
		};
	});
}

type JobOnChain = Got<NetworkContracts["jobs"]["abi"], "getJob">;

/** By request: the first claim that was made on it, and where it stands. */
async function claimsOn(
	{ contracts, feed }: View,
	requests: ReadonlySet<number>,
): Promise<ReadonlyMap<number, NonNullable<SeenJob["claim"]>>> {
	const claims = new Map<number, NonNullable<SeenJob["claim"]>>();
	const batch = new Batch(contracts);
	const asked = new Set<number>();
	for (const event of feed.events) {
		if (event.name !== "Claimed") continue;
		const [request, id] = [Number(event.args.request), Number(event.args.claim)];
		if (request === 0 || !requests.has(request) || asked.has(request)) continue;
		asked.add(request);
		batch.add(contracts.market, "getClaim", [BigInt(id)], ({ status }) =>
			claims.set(request, { id, status: status as ClaimStatus }),
		);
	}
	await batch.run(undefined);
	return claims;
}
