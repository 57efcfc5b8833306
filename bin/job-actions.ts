import { runActor } from "@umpire/actors/actor.ts";
import { Coordinator } from "@umpire/actors/jobs/coordinator.ts";
import { JobWorker } from "@umpire/actors/jobs/job-worker.ts";
import {
	deployNetwork,
	type NetworkDeployment,
	openNetwork,
	rememberNetwork,
} from "@umpire/actors/jobs/network-contracts.ts";
import { isEnded, NetworkReader, readJob } from "@umpire/actors/jobs/read-network.ts";
import { cancelJob, submitJob } from "@umpire/actors/jobs/submit-job.ts";
import { loadRegistered } from "@umpire/actors/loaded-program.ts";
import { requestState } from "@umpire/actors/request-state.ts";
import { quantiseInputs, readProgramInputs } from "@umpire/actors/run-program.ts";
import { isDevelopment, openView, openWorld, type WorldOptions } from "@umpire/actors/world.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import { JOB_STATUS, type WorkerTerms } from "@umpire/markets/network-state.ts";
import type { SeenJob } from "@umpire/markets/network-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import type { ImageOptions } from "@umpire/onnx/image-options.ts";
import { accountOf } from "@umpire/store/accounts.ts";
import { formatEther, isAddress, isHex, parseEther, stringToHex } from "viem";

interface Told {
	readonly progress: (line: string) => void;
	/** made when it is needed: it listens for Ctrl-C */
	readonly signal: () => AbortSignal;
}

/** What an action found or did: data, and names and values for people. */
interface JobReport {
	readonly data: unknown;
	readonly lines: Readonly<Record<string, string>>;
}

export interface JobActionOptions extends WorldOptions, ImageOptions {
	readonly action: "deploy" | "use" | "submit" | "status" | "cancel" | "result";
	readonly id?: string | undefined;
	readonly input?: string | undefined;
	readonly reward: string;
	readonly token?: string | undefined;
	readonly exposure?: string | undefined;
	readonly workSeconds: number;
	readonly tries: number;
	readonly blockSeconds: number;
	readonly preset: keyof typeof NETWORK_PRESETS;
	readonly strict: boolean;
	readonly replace: boolean;
	readonly warn: (line: string) => void;
}

export interface WorkActionOptions extends WorldOptions {
	readonly action: "join" | "leave" | "status";
	readonly stake: string;
	readonly capacity: number;
	readonly gpu: string;
	readonly leastReward: string;
	readonly leastSeconds: number;
	readonly token?: readonly string[] | undefined;
	readonly program?: readonly string[] | undefined;
	readonly as: "submitter" | "second-submitter" | "third-submitter";
}

/** Stake that a false claim about a job costs, if nothing else is said: ten rewards. */
const EXPOSURE_IN_REWARDS = 10n;
/** The same of a job that is paid in a token, whose worth is unknown. */
const EXPOSURE_OF_TOKENS = parseEther("0.1");

const JOBS = [
	"none",
	"pending",
	"offered",
	"assigned",
	"completed",
	"verified",
	"failed",
	"cancelled",
] as const;
const WORKERS = ["none", "active", "leaving", "gone"] as const;

const contractLines = ({ workers, jobs, beacon, token }: NetworkDeployment) => ({
	...{ workers, jobs, beacon },
	...(token === null ? {} : { token }),
});

/** Deploys, submits, shows or takes back a job. */
export async function runJob(
	options: JobActionOptions,
	progress: (line: string) => void,
): Promise<JobReport> {
	switch (options.action) {
		case "deploy": {
			const world = await openWorld(options, "deployer");
			const { blockSeconds, preset, replace } = options;
			const withToken = isDevelopment(world.contracts.connection);
			const parameters = NETWORK_PRESETS[preset];
			const deployed = await deployNetwork(world, { parameters, blockSeconds, withToken, replace });
			progress(`Next: umpire work; umpire coordinate; elsewhere first umpire job use ${deployed.jobs}.`);
			return { data: deployed, lines: contractLines(deployed) };
		}
		case "use": {
			const used = await rememberNetwork(await openView(options), options.id, options.replace);
			progress("Next: umpire work, umpire job submit or umpire coordinate.");
			return { data: used, lines: contractLines(used) };
		}
		case "submit": {
			const { id, input } = options;
			if (id === undefined || input === undefined) {
				throw new UmpireError("USAGE", "umpire job submit takes a program and an input file.");
			}
			const world = await openWorld(options, "requester");
			const contracts = await openNetwork(world);
			const loaded = await loadRegistered(world, id);
			const inputs = quantiseInputs(loaded.program, readProgramInputs(loaded.program, input), options);
			const job = await submitJob(world, contracts, loaded, inputs, termsOf(options));
			progress(`Next: umpire job status ${job}; umpire job result ${job} when it is verified.`);
			return { data: { job }, lines: { job: String(job) } };
		}
		case "status": {
			const view = await openView(options);
			await view.feed.poll();
			const job = await readJob(view, await openNetwork(view), numberOf(options));
			return { data: job, lines: jobLines(job) };
		}
		case "cancel": {
			const world = await openWorld(options, "requester");
			const contracts = await openNetwork(world);
			const id = numberOf(options);
			await cancelJob(world, contracts, id);
			await world.feed.poll();
			const job = await readJob(world, contracts, id);
			return { data: job, lines: jobLines(job) };
		}
		case "result": {
			const view = await openView(options);
			await view.feed.poll();
			const job = await readJob(view, await openNetwork(view), numberOf(options));
			if (job.request === 0 || job.status !== JOB_STATUS.verified) {
				const advice = isEnded(job.status) ? "submit it again." : "umpire coordinate moves it on.";
				throw new UmpireError("NOT_FOUND", `Job ${job.id} is ${JOBS[job.status]}: it has no result`, {
					advice,
				});
			}
			const { output, outputRoot } = await requestState(view, job.request);
			const data = { job: job.id, request: job.request, worker: job.worker, output, outputRoot };
			const lines = {
				job: String(job.id),
				worker: job.worker,
				...(output === null ? {} : { output: output.join(" ") }),
				...(outputRoot === null ? {} : { "output root": outputRoot }),
			};
			return { data, lines };
		}
	}
}

/** Works, leaves, or shows a worker. @returns undefined if all that is to be said was told on the way */
export async function runWork(options: WorkActionOptions, told: Told): Promise<JobReport | undefined> {
	const { action, as } = options;
	if (action === "status") {
		const view = await openView(options);
		const account = await accountOf(view.home, as, isDevelopment(view.contracts.connection), options);
		const found = await new NetworkReader(view, await openNetwork(view)).worker(account.address);
		const { status, reputation, listed, stake, exposure, unresolved } = found;
		const lines = {
			account: account.address,
			status: WORKERS[status],
			reputation: String(reputation),
			slots: String(listed),
			stake: `${formatEther(stake)} ETH, ${formatEther(exposure)} of it bound`,
			unresolved: String(unresolved),
		};
		return { data: found, lines };
	}
	const world = await openWorld(options, as);
	const aim = action === "join" ? "stay" : "leave";
	const { progress } = told;
	const terms = workerTermsOf(options);
	const { leastSeconds } = options;
	const stake = parseEther(options.stake);
	const worker = new JobWorker(world, await openNetwork(world), {
		terms,
		stake,
		leastSeconds,
		aim,
		progress,
		waiting: progress,
	});
	const pause = world.contracts.connection.pollingInterval;
	const signal = told.signal();
	if (aim === "stay") {
		await runActor(worker, pause, signal, progress);
		return undefined;
	}
	const left = new AbortController();
	const leaving = {
		name: worker.name,
		tick: async () => {
			const acted = await worker.tick();
			if (!acted && (await worker.hasLeft())) left.abort();
			return acted;
		},
	};
	await runActor(leaving, pause, AbortSignal.any([signal, left.signal]), progress);
	if (left.signal.aborted) progress("Nothing is left here of this worker.");
	return undefined;
}

/** Does what is anybody's until it is stopped. */
export async function runCoordinator(options: WorldOptions, { progress, signal }: Told): Promise<void> {
	// Another than that of umpire verify, which runs beside it.
	const world = await openWorld(options, "coordinator");
	const actor = new Coordinator(world, await openNetwork(world), progress, progress);
	await runActor(actor, world.contracts.connection.pollingInterval, signal(), progress);
}

function termsOf({ token, reward, exposure, workSeconds, tries }: JobActionOptions) {
	if (token !== undefined) {
		if (!isAddress(token)) throw new UmpireError("OPTION", `--token ${token} is no address.`);
		if (!/^\d+$/.test(reward)) {
			throw new UmpireError("OPTION", `--reward ${reward} is no whole number of the token's smallest units.`);
		}
		const bound = exposure === undefined ? EXPOSURE_OF_TOKENS : parseEther(exposure);
		const address = token.toLowerCase() as Hex;
		return { token: address, reward: BigInt(reward), exposure: bound, workSeconds, tries };
	}
	if (!/^\d+(\.\d{1,18})?$/.test(reward)) {
		throw new UmpireError("OPTION", `--reward ${reward} is not an amount of ether, as in 0.1.`);
	}
	const paid = parseEther(reward);
	const bound = exposure === undefined ? EXPOSURE_IN_REWARDS * paid : parseEther(exposure);
	return { token: ETHER, reward: paid, exposure: bound, workSeconds, tries };
}

function workerTermsOf({ capacity, leastReward, gpu, token, program }: WorkActionOptions): WorkerTerms {
	const tokens = (token ?? []).map((text) => {
		const [address, least] = text.split("=");
		if (!isAddress(address) || !/^[1-9]\d*$/.test(least ?? "")) {
			throw new UmpireError("OPTION", `--token ${text} is not ADDRESS=LEAST, as in 0x…=100.`);
		}
		return { token: address.toLowerCase() as Hex, least: BigInt(least) };
	});
	const programs = (program ?? []).map((root): Hex => {
		if (!isHex(root) || root.length !== 66) {
			throw new UmpireError("OPTION", `--program ${root} is no root of a program.`);
		}
		return root;
	});
	if (new TextEncoder().encode(gpu).length > 31) {
		throw new UmpireError("OPTION", `--gpu ${gpu} has more than 31 bytes.`);
	}
	const label = stringToHex(gpu, { size: 32 });
	return { capacity, leastReward: parseEther(leastReward), tokens, programs, gpu: label };
}

function jobLines(job: SeenJob): Record<string, string> {
	const { id, status, token, reward, worker, request, claim } = job;
	const hasWorker = status !== JOB_STATUS.pending && BigInt(worker) !== 0n;
	return {
		job: String(id),
		status: JOBS[status],
		program: job.program,
		reward: token === ETHER ? `${formatEther(reward)} ETH` : `${reward} of ${token}`,
		...(hasWorker ? { worker } : {}),
		...(hasWorker && request !== 0 ? { request: String(request) } : {}),
		...(hasWorker && claim !== undefined ? { claim: String(claim.id) } : {}),
	};
}

function numberOf({ id, action }: JobActionOptions): number {
	if (id !== undefined && /^\d+$/.test(id)) return Number(id);
	throw new UmpireError("USAGE", `Name a job by its number, as in umpire job ${action} 1.`);
}
