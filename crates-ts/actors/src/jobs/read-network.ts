import { getClaim } from "@umpire/chain/contracts.ts";
import { read } from "@umpire/chain/send.ts";
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
		for (let id = 1; id <= jobCount; id++) {
			const since = this.#ended.get(id);
			// Chains are reorganised: what has ended is looked at until that is settled.
			if (since !== undefined && height > since + SETTLED_AFTER) continue;
			const job = await readJob(this.#view, this.#contracts, id);
			if (!isEnded(job.status)) seen.push(job);
			else if (since === undefined) this.#ended.set(id, height);
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
	const found = await read(view.contracts, jobs, "getJob", [BigInt(id)]);
	const { program, inputsRoot, token, reward, exposure, round, until, request } = found;
	return {
		id,
		client: lower(found.client),
		status: found.status as JobStatus,
		program,
		inputsRoot,
		token: lower(token),
		reward,
		exposure,
		round,
		until,
		worker: lower(found.worker),
		request,
		claim: await claimOn(view, request),
	};
}

/** The claim that was made on a request, and where it stands. */
async function claimOn(view: View, request: number): Promise<SeenJob["claim"]> {
	if (request === 0) return undefined;
	const made = view.feed.events.find(
		({ name, args }) => name === "Claimed" && Number(args.request) === request,
	);
	if (made?.name !== "Claimed") return undefined;
	const id = Number(made.args.claim);
	const { status } = await getClaim(view.contracts, BigInt(id));
	return { id, status: status as ClaimStatus };
}
