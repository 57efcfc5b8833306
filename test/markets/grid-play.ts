import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { endOfRound, type GridTerms, type Point } from "@umpire/markets/grid-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { entryOf, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import {
	deployGrid,
	GRID_CONTRACTS,
	GridDriver,
	type GridStage,
} from "@umpire/testing/markets/grid-driver.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { PROGRAMS, TERMS, traceOf } from "./random-grid-moves.ts";

/** Plays a grid in few words, on the contract and the model in step. */
export class GridPlay extends GridDriver {
	readonly client: Hex;
	readonly workers: readonly Hex[];
	readonly stranger: Hex;
	readonly challenger: Hex;

	constructor(stage: GridStage, now: number, burned: bigint) {
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

	/** The newest grid's number. */
	get id(): number {
		return this.world.grids.length;
	}

	point(at: number): Point {
		return this.world.grids[this.id - 1].points[at];
	}

	/** Opens a grid of so many points; it is filled and not started. */
	async fill(points: number, terms: Partial<GridTerms> = {}): Promise<void> {
		await this.play(this.client, { type: "register", header: PROGRAMS[0].header });
		await this.play(this.client, { type: "openGrid", terms: { ...TERMS, token: ETHER, ...terms } });
		const added = Array.from({ length: points }, (_, i) => ({ steps: 1, hyperparameters: [i, 7] }));
		await this.play(this.client, { type: "addPoints", grid: this.id, points: added });
	}

	/** What starting the newest grid takes. */
	get price(): bigint {
		const { token, bounty, rounds } = this.world.grids[this.id - 1].terms;
		return BigInt(rounds) * this.stage.fee + (token === ETHER ? bounty : 0n);
	}

	async begin(points: number, terms: Partial<GridTerms> = {}): Promise<void> {
		await this.fill(points, terms);
		await this.play(this.client, { type: "start", grid: this.id, value: this.price });
	}

	async join(round: number, ...workers: readonly Hex[]): Promise<void> {
		const { stake } = this.world.grids[this.id - 1].terms;
		for (const worker of workers) {
			await this.play(worker, { type: "join", grid: this.id, round, value: stake });
		}
	}

	/** Waits for the end of a round and brings its value. */
	async reveal(round: number, value = 7n): Promise<void> {
		const grid = this.world.grids[this.id - 1];
		this.wait(Math.max(this.now + 1, endOfRound(grid, round) + this.stage.drift));
		const beaconRound = grid.beaconRounds[round];
		await this.play(this.stranger, {
			type: "bring",
			round: beaconRound,
			beaconValue: wordHex(value << 120n),
		});
	}

	/** Lets workers join a round, and deals it. */
	async deal(round: number, workers: readonly Hex[], value = 7n): Promise<void> {
		await this.join(round, ...workers);
		await this.reveal(round, value);
		await this.play(this.stranger, { type: "draw", grid: this.id, most: workers.length });
	}

	/** The point that a worker holds, or has claimed. */
	pointOf(worker: Hex): number {
		return this.world.grids[this.id - 1].points.findIndex((point) => point.worker === worker);
	}

	/** A worker's claim for its point, whose score is `by` above the right one; returns its number. */
	async claim(worker: Hex, by = 0): Promise<number> {
		const { request } = this.point(this.pointOf(worker));
		const value = PARAMETERS.submitterBond;
		await this.play(worker, { type: "claim", value, request, ...traceOf(1, by).claim() });
		return this.world.game.claims.length;
	}

	/** Ends claims that nobody disputes. */
	async finalise(...claims: readonly number[]): Promise<void> {
		const latest = Math.max(...claims.map((claim) => this.world.game.claims[claim - 1].claimedAt));
		this.wait(Math.max(this.now + 1, latest + PARAMETERS.challengePeriod));
		for (const claim of claims) await this.play(this.stranger, { type: "finalise", claim });
	}

	/** Brings a claim down: its submitter does not answer. */
	async bringDown(claim: number): Promise<void> {
		const value = PARAMETERS.challengerBond;
		await this.play(this.challenger, { type: "challenge", value, claim, entry: entryOf(traceOf(1)) });
		this.wait(this.now + PARAMETERS.increment + PARAMETERS.reserve + 2);
		await this.play(this.stranger, { type: "timeout", dispute: this.world.game.disputes.length });
	}
}

/** Gives every test of a file a fresh play. After each the contract and the model must know the same. */
export function playPerTest(use: (play: GridPlay) => void, tokenName = "TestToken"): void {
	let chain: TestChain;
	let stage: GridStage;
	let snapshot: unknown;
	let play: GridPlay;
	beforeAll(async () => {
		chain = await TestChain.open(PARAMETERS, GRID_CONTRACTS);
		stage = await deployGrid(chain, { token: tokenName });
		snapshot = await chain.snapshot();
	});
	beforeEach(async () => {
		await chain.restore(snapshot);
		snapshot = await chain.snapshot();
		play = new GridPlay(stage, await chain.time(), await chain.burned());
		use(play);
	});
	afterEach(async () => {
		const [onChain, inModel] = await play.both(play.people);
		expect(onChain).toEqual(inModel);
	});
	afterAll(() => chain.close());
}
