import { balanceOf } from "@umpire/chain/connection.ts";
import { read } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { NetworkParameters } from "@umpire/markets/network-parameters.ts";
import { JOB_STATUS, WORKER_STATUS, type WorkerTerms } from "@umpire/markets/network-state.ts";
import {
	fitsTerms,
	givesTime,
	type SeenJob,
	type SeenNetwork,
	type SeenWorker,
	stepsOfWorker,
	type WorkerStep,
} from "@umpire/markets/network-steps.ts";
import { slotsOf } from "@umpire/markets/worker-moves.ts";
import type { Program } from "@umpire/operators/program.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getProgram } from "@umpire/store/programs.ts";
import { formatEther } from "viem";
import type { Actor } from "../actor.ts";
import { fetchQuestion } from "../fetch-content.ts";
import { ALL, undecidedAmong } from "../grid/claimant.ts";
import { sameAccount } from "../money.ts";
import { neededFor } from "../purse.ts";
import { about } from "../subject.ts";
import { submitter } from "../submitter.ts";
import type { World } from "../world.ts";
import { Coordinator, jobSubject } from "./coordinator.ts";
import type { NetworkContracts } from "./network-contracts.ts";
import { slotsWait } from "./waiting.ts";

export interface JobWorkerOptions {
	readonly terms: WorkerTerms;
	/** what it registers with, in wei */
	readonly stake: bigint;
	/** what a job has to give it, in seconds from acceptance, for each attempt that it has to claim by then */
	readonly leastSeconds: number;
	/** whether it is to stay, or to leave and be paid */
	readonly aim: "stay" | "leave";
	readonly progress: (line: string) => void;
	/** told what it waits for, if that is wanted */
	readonly waiting?: ((line: string) => void) | undefined;
	/** the wrong number that it puts into claims of a program; none by default */
	readonly defectOf?: (program: Program) => string | undefined;
}

type Fees = Pick<NetworkParameters, "slotStake" | "entryFee" | "changeFee">;

/**
 * Works on jobs: registers, accepts what it is offered and can compute, declines what it cannot, claims and defends, and
 * does what is anybody's. What it does follows from the chain and the home folder alone: it can be stopped at any time
 * and started again.
 */
export class JobWorker extends Coordinator {
	override readonly name = "worker";
	readonly #options: JobWorkerOptions;
	readonly #serving = new Map<Hex, Actor>();
	/** jobs that it has looked at: whether it can compute them */
	readonly #looked = new Map<number, boolean>();
	readonly #said = new Set<string>();
	#reserved: ReadonlySet<number> = new Set();
	#slots: Pick<SeenWorker, "listed" | "queued"> = { listed: 0, queued: 0 };

	constructor(world: World, contracts: NetworkContracts, options: JobWorkerOptions) {
		super(world, contracts, options.progress, options.waiting);
		this.#options = options;
	}

	/** Whether it has left and was paid. */
	async hasLeft(): Promise<boolean> {
		const { status, stake } = await this.reader.worker(this.account);
		return stake === 0n && (status === WORKER_STATUS.gone || status === WORKER_STATUS.none);
	}

	protected override async own(network: SeenNetwork, now: number): Promise<boolean> {
		const worker = await this.reader.worker(this.account);
		this.#slots = worker;
		const able = await this.#ableTo(network, worker);
		const steps = stepsOfWorker(network, worker, ({ id }) => able.has(id), this.#options.aim, now);
		let acted = false;
		for (const step of steps) {
			const item = "job" in step ? `${step.type} job ${step.job}` : step.type;
			const make = () => this.#make(step, worker);
			const subject = jobSubject(network, step);
			// What nobody was drawn for any worker may take.
			const made = step.type === "take" ? this.race(item, make, subject) : this.attempt(item, make, subject);
			if (await made) acted = true;
		}
		const mine = this.#open(network);
		this.#reserved = new Set(mine.map(({ request }) => request));
		const { jobs } = this.contracts;
		const isOurs = ({ requester }: { readonly requester: Hex }) => sameAccount(requester, jobs.address);
		const programs = new Set([...mine.map(({ program }) => program), ...undecidedAmong(this.world, isOurs)]);
		// One that cannot be loaded costs its own jobs: the others are claimed and defended.
		for (const root of programs) await this.attempt(`program ${root}`, () => this.#serve(root));
		for (const actor of this.#serving.values()) if (await actor.tick()) acted = true;
		return acted;
	}

	protected override waitsFor(network: SeenNetwork, now: number): string | undefined {
		// What it computes for its own attempts it tells itself.
		if (this.#open(network).length > 0) return undefined;
		const [slots, jobs] = [slotsWait(this.#slots), super.waitsFor(network, now)];
		return slots === undefined || jobs === undefined ? jobs : `${jobs} ${slots}`;
	}

	/** Attempts of this worker that wait for its claim. */
	#open({ jobs }: SeenNetwork): SeenJob[] {
		return jobs.filter(
			({ worker, status, claim }) =>
				worker === this.account && status === JOB_STATUS.assigned && claim === undefined,
		);
	}

	/** W6: the jobs that it is offered or may take, and can compute, claim and defend with the money that it has. */
	async #ableTo(network: SeenNetwork, { stake }: SeenWorker): Promise<Set<number>> {
		const able = new Set<number>();
		const isAsked = (job: SeenJob) => job.status === JOB_STATUS.offered && job.worker === this.account;
		const mayTake = (job: SeenJob) =>
			job.status === JOB_STATUS.pending && job.round === 0 && fitsTerms(this.#options.terms, stake, job);
		const wanted = network.jobs.filter((job) => isAsked(job) || mayTake(job));
		if (wanted.length === 0 || this.#options.aim === "leave") return able;
		const { contracts, signer } = this.world;
		const { submitterBond } = contracts.deployment.parameters;
		const each = await neededFor(contracts.connection, submitterBond);
		const running = network.jobs.filter(({ worker }) => worker === this.account).length;
		// Whoever cannot pay the bond of its claim is late, and whoever cannot pay for a dispute loses it.
		let left = (await balanceOf(signer)) - each * BigInt(running - wanted.filter(isAsked).length);
		const { leastSeconds } = this.#options;
		let before = this.#open(network).length;
		for (const job of wanted) {
			const cost = each + (isAsked(job) ? 0n : job.exposure);
			if (!givesTime(job, leastSeconds, before)) {
				const needed = leastSeconds * (before + 1);
				this.#say(job, `gives ${job.workSeconds} s, and ${needed} s may be needed here (--least-seconds).`);
				continue;
			}
			if (!(await this.#canCompute(job, isAsked(job)))) continue;
			if (left < cost) {
				this.#say(job, `${signer.account.address} holds too little: fund it with ${formatEther(cost)} ETH.`);
				continue;
			}
			left -= cost;
			before++;
			able.add(job.id);
		}
		return able;
	}

	/** What it could not compute when it was open to all is looked at again only if it is offered. */
	async #canCompute(job: SeenJob, isAsked: boolean): Promise<boolean> {
		const known = this.#looked.get(job.id);
		if (known === true || (known === false && !isAsked)) return known;
		const obstacle = await obstacleTo(this.world, job, (line) => this.#say(job, line));
		if (obstacle !== undefined) this.#say(job, `cannot be computed here: ${obstacle}`);
		this.#looked.set(job.id, obstacle === undefined);
		return obstacle === undefined;
	}

	#say({ id }: SeenJob, why: string): void {
		if (this.#said.has(`${id} ${why}`)) return;
		this.#said.add(`${id} ${why}`);
		about({ job: id }, () => this.progress(`Job ${id}: ${why}`));
	}

	async #make(step: WorkerStep, worker: SeenWorker): Promise<boolean> {
		const { workers, jobs } = this.contracts;
		const { terms, stake } = this.#options;
		switch (step.type) {
			case "register": {
				const fees = await read(this.world.contracts, workers, "parameters", []);
				const value = fees.entryFee + stake + changeFees(fees, terms, stake);
				const call = { contract: workers, functionName: "register", args: [terms, stake], value };
				const slots = slotsOf(terms.capacity, stake, fees.slotStake);
				const said = `Registered with a stake of ${formatEther(stake)} ETH: ${slots} slots.`;
				return this.send(`register:${worker.status}`, said, call);
			}
			case "resume": {
				const fees = await read(this.world.contracts, workers, "parameters", []);
				const added = fees.slotStake > step.stake ? fees.slotStake - step.stake : 0n;
				const value = added + changeFees(fees, terms, step.stake + added);
				const call = { contract: workers, functionName: "resume", args: [terms, added], value };
				return this.send(`resume:${worker.reputation}:${step.stake}`, "Back in the list.", call);
			}
			case "accept":
			case "decline": {
				const call = { contract: jobs, functionName: step.type, args: [BigInt(step.job)] };
				const said = `${step.type === "accept" ? "Accepted" : "Declined"} job ${step.job}.`;
				return this.send(`${step.type}:${step.job}:${step.until}`, said, call, step.until);
			}
			case "take": {
				const call = { contract: jobs, functionName: "take", args: [BigInt(step.job)], value: step.exposure };
				return this.send(`take:${step.job}`, `Took job ${step.job}, which nobody was drawn for.`, call);
			}
			case "leave": {
				const call = { contract: workers, functionName: "leave" };
				return this.send("leave", "Leaving: its slots go out of the list.", call);
			}
			case "exit": {
				const call = { contract: workers, functionName: "exit", args: [this.account] };
				return this.send("exit", `Left: ${formatEther(worker.stake)} ETH of stake came back.`, call);
			}
		}
	}

	/** A submitter of the program, for whatever fee and of nothing but its jobs: it is paid by the jobs contract. */
	async #serve(program: Hex): Promise<boolean> {
		if (this.#serving.has(program)) return false;
		const loaded = await getProgram(this.world.home.content, program, this.world.limits);
		const options = {
			leastFee: "0",
			mostBonds: ALL,
			serves: (request: number) => this.#reserved.has(request),
			defect: this.#options.defectOf?.(loaded.program),
			progress: this.progress,
		};
		this.#serving.set(program, await submitter(this.world, program, options));
		return true;
	}
}

/** For putting slots into the list and taking them out again. */
function changeFees({ slotStake, changeFee }: Fees, { capacity }: WorkerTerms, stake: bigint): bigint {
	return 2n * BigInt(slotsOf(capacity, stake, slotStake)) * changeFee;
}

/** Why a job cannot be computed here; undefined if its program validates and its inputs hash to their root. */
export async function obstacleTo(
	world: Pick<World, "home" | "limits" | "sources" | "located">,
	{ program: root, inputsRoot }: Pick<SeenJob, "program" | "inputsRoot">,
	tell: (line: string) => void = () => {},
): Promise<string | undefined> {
	const { home, limits } = world;
	try {
		await fetchQuestion(world, root, inputsRoot, tell);
		const { program } = await getProgram(home.content, root, limits);
		const inputs = await getInputs(home.content, program, inputsRoot);
		return inputs === null ? `the inputs ${inputsRoot} are not in ${home.content.place}.` : undefined;
	} catch (error) {
		if (error instanceof UmpireError) return error.message;
		throw error;
	}
}
