import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import {
	endOf,
	JOB_STATUS,
	type Job,
	type JobTerms,
	type Worker,
	type WorkerTerms,
	workerOf,
} from "@umpire/markets/network-state.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { entryOf, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import {
	deployNetwork,
	NETWORK_CONTRACTS,
	NetworkDriver,
	type NetworkStage,
} from "@umpire/testing/markets/network-driver.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { PROGRAMS, traceOf } from "./random-grid-moves.ts";
import { entryPrice, JOB_TERMS, jobPrice, resumePrice, WORKER_TERMS } from "./random-network-moves.ts";

/** Plays workers and jobs in few words, on the contracts and the model in step. */
export class NetworkPlay extends NetworkDriver {
	readonly client: Hex;
	readonly workers: readonly Hex[];
	readonly stranger: Hex;
	readonly challenger: Hex;

	constructor(stage: NetworkStage, now: number, burned: bigint) {
		super(stage, now, burned);
		const [, client, stranger, challenger, ...workers] = stage.chain.accounts;
		this.client = client;
		this.stranger = stranger;
		this.challenger = challenger;
		this.workers = workers.slice(0, 6);
	}

	get people(): readonly Hex[] {
		return [this.client, this.stranger, this.challenger, ...this.workers];
	}

	job(id: number): Job {
		return this.world.jobs[id - 1];
	}

	worker(account: Hex): Worker {
		return workerOf(this.world, account);
	}

	async register(worker: Hex, stake = 1000n, terms: Partial<WorkerTerms> = {}): Promise<void> {
		const full = { ...WORKER_TERMS, ...terms };
		const value = entryPrice(full.capacity, stake);
		await this.play(worker, { type: "registerWorker", terms: full, stake, value });
	}

	async resume(worker: Hex, added = 0n, terms: Partial<WorkerTerms> = {}): Promise<void> {
		const full = { ...WORKER_TERMS, ...terms };
		const value = resumePrice(full.capacity, this.worker(worker).stake, added);
		await this.play(worker, { type: "resume", terms: full, added, value });
	}

	apply(): Promise<void> {
		return this.play(this.stranger, { type: "applyChanges", most: 200 });
	}

	/** Registers workers with a stake each; their slots are in the list. */
	async enlist(workers: readonly Hex[], stake = 1000n, terms: Partial<WorkerTerms> = {}): Promise<void> {
		await this.play(this.client, { type: "register", header: PROGRAMS[0].header });
		for (const worker of workers) await this.register(worker, stake, terms);
		await this.apply();
	}

	/** Asks for a job; returns its number. */
	async submit(terms: Partial<JobTerms> = {}, client: Hex = this.client): Promise<number> {
		const full = { ...JOB_TERMS, ...terms };
		await this.play(client, { type: "submit", terms: full, value: jobPrice(full) });
		return this.world.jobs.length;
	}

	/** Waits for the end of the oldest round that jobs wait in, and brings its value. */
	async reveal(value = 7n): Promise<void> {
		const { round, beaconRound } = this.world.rounds[0];
		this.wait(Math.max(this.now + 1, endOf(this.world, round) + this.stage.drift));
		await this.play(this.stranger, {
			type: "bring",
			round: beaconRound,
			beaconValue: wordHex(value << 120n),
		});
	}

	/** Draws for all jobs of the oldest round, once its changes are applied. */
	async draw(value = 7n): Promise<void> {
		await this.reveal(value);
		const { round } = this.world.rounds[0];
		if ((this.world.changes[0]?.round ?? Number.POSITIVE_INFINITY) <= round) await this.apply();
		await this.play(this.stranger, { type: "drawJobs", most: 100 });
	}

	/** Draws until a job is offered to somebody, and lets it be accepted; returns who that is. */
	async assign(job: number): Promise<Hex> {
		do await this.draw();
		while (this.job(job).status === JOB_STATUS.pending && this.job(job).round !== 0);
		const { worker } = this.job(job);
		await this.play(worker, { type: "accept", job });
		return worker;
	}

	/** The claim of a job's worker, whose output is `by` above the right one; returns its number. */
	async claim(job: number, by = 0): Promise<number> {
		const { request, worker } = this.job(job);
		const value = PARAMETERS.submitterBond;
		await this.play(worker, { type: "claim", value, request, ...traceOf(1, by).claim() });
		return this.world.game.claims.length;
	}

	/** The same, told to the contract. */
	async complete(job: number, by = 0): Promise<number> {
		const claim = await this.claim(job, by);
		await this.play(this.stranger, { type: "syncJob", job, claim });
		return claim;
	}

	/** Ends claims that nobody disputes, and lets the contract read that of those that are about jobs. */
	async finalise(...claims: readonly number[]): Promise<void> {
		const { game, jobs } = this.world;
		const latest = Math.max(...claims.map((claim) => game.claims[claim - 1].claimedAt));
		this.wait(Math.max(this.now + 1, latest + PARAMETERS.challengePeriod));
		for (const claim of claims) {
			await this.play(this.stranger, { type: "finalise", claim });
			const job = 1 + jobs.findIndex(({ request }) => request === game.claims[claim - 1].request);
			if (job === 0 || this.job(job).status > JOB_STATUS.completed) continue;
			const read = { type: "syncJob", job, claim } as const;
			if (this.job(job).status !== JOB_STATUS.pending)
				await this.play(this.stranger, read, "sync: a final claim");
		}
	}

	/** Brings a claim down: its submitter does not answer. */
	async bringDown(claim: number): Promise<void> {
		const value = PARAMETERS.challengerBond;
		await this.play(this.challenger, { type: "challenge", value, claim, entry: entryOf(traceOf(1)) });
		this.wait(this.now + PARAMETERS.increment + PARAMETERS.reserve + 2);
		await this.play(this.stranger, { type: "timeout", dispute: this.world.game.disputes.length });
	}

	/** Plays something, and says what it came to; afterwards all is as it was before. */
	async asIf<T>(what: () => Promise<T>): Promise<T> {
		const { chain } = this.stage;
		const before = { world: this.world, now: this.now };
		const snapshot = await chain.snapshot();
		try {
			return await what();
		} finally {
			await chain.restore(snapshot);
			Object.assign(this, before);
		}
	}
}

/** Gives every test of a file a fresh play. After each the contracts and the model must know the same. */
export function networkPerTest(use: (play: NetworkPlay) => void, tokenName = "TestToken"): void {
	let chain: TestChain;
	let stage: NetworkStage;
	let snapshot: unknown;
	let play: NetworkPlay;
	beforeAll(async () => {
		chain = await TestChain.open(PARAMETERS, NETWORK_CONTRACTS);
		stage = await deployNetwork(chain, { token: tokenName });
		snapshot = await chain.snapshot();
	});
	beforeEach(async () => {
		await chain.restore(snapshot);
		snapshot = await chain.snapshot();
		play = new NetworkPlay(stage, await chain.time(), await chain.burned());
		use(play);
	});
	afterEach(async () => {
		const [onChain, inModel] = await play.both(play.people);
		expect(onChain).toEqual(inModel);
	});
	afterAll(() => chain.close());
}
