import { balanceOf } from "@umpire/chain/connection.ts";
import { type Call, read } from "@umpire/chain/send.ts";
import { chainTime, mineBlock } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { GRID_STATUS, POINT_STATUS } from "@umpire/markets/grid-state.ts";
import {
	type GridStep,
	roundToJoin,
	type SeenGrid,
	type SeenPoint,
	stepsForAll,
} from "@umpire/markets/grid-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { getInputs } from "@umpire/store/inputs.ts";
import { getProgram } from "@umpire/store/programs.ts";
import { formatEther } from "viem";
import type { Actor } from "../actor.ts";
import { fetchQuestion } from "../fetch-content.ts";
import { neededFor } from "../purse.ts";
import { about, type Subject } from "../subject.ts";
import { Troubles } from "../troubles.ts";
import { act, isDevelopment, landAll, type World } from "../world.ts";
import { type Claimant, honestly, undecided } from "./claimant.ts";
import type { GridContracts } from "./grid-contracts.ts";
import { readGrid } from "./read-grid.ts";
import { awaitsBlock, waitsFor } from "./waiting.ts";

export interface GridWorkerOptions {
	readonly grid: number;
	readonly progress: (line: string) => void;
	/** How points are claimed; the honest way by default. */
	readonly claimant?: Claimant | undefined;
	/** How often it joins: always by default; never, it only does what moves the grid on. */
	readonly joins?: "always" | "once" | "never" | undefined;
}

type Attempt = (item: string, make: () => Promise<boolean>, subject?: Subject) => Promise<void>;

/** Draws that one transaction makes at most, each of some 220,000 gas. */
const DRAWS_AT_ONCE = 16;

/**
 * Works on a grid: joins rounds, computes and claims what it is dealt, defends its claims, and does what moves the grid
 * on. What it does follows from the chain and the home folder alone.
 *
 * @throws UmpireError if a program or inputs of the grid are not at hand and it has nothing at stake: nobody joins what it
 *   cannot compute
 */
export async function gridWorker(
	world: World,
	contracts: GridContracts,
	options: GridWorkerOptions,
): Promise<Actor> {
	await world.feed.poll();
	const grid = await readGrid(world, contracts, options.grid);
	const account = world.signer.account.address.toLowerCase();
	// Whoever has a stake or a bond in it goes on: what is at hand has to be claimed and defended.
	const isIn =
		grid.points.some(({ worker, status }) => worker === account && status !== POINT_STATUS.accepted) ||
		grid.rounds.some(({ joiners }) => joiners.includes(account as Hex)) ||
		undecided(world, grid).size > 0;
	const looked = options.joins === "never" || isIn ? [] : grid.points;
	await requireAtHand(world, { points: looked }, options.progress);
	if (options.joins !== "never") {
		options.progress(
			`Working on grid ${grid.id} (${grid.points.length} points, a stake of ${formatEther(grid.stake)} ETH for each) as ${world.signer.account.address}.`,
		);
	}
	return new GridWorker(world, contracts, options, looked);
}

/** @throws UmpireError unless all programs validate, and all inputs hash to their roots */
export async function requireAtHand(
	world: World,
	{ points }: { readonly points: readonly Pick<SeenPoint, "program" | "inputsRoot">[] },
	tell: (line: string) => void = () => {},
): Promise<void> {
	const { home, limits } = world;
	for (const { program: root, inputsRoot } of points) {
		await fetchQuestion(world, root, inputsRoot, tell);
		const { program } = await getProgram(home.content, root, limits);
		if ((await getInputs(home.content, program, inputsRoot)) !== null) continue;
		throw new UmpireError("NOT_FOUND", `The inputs ${inputsRoot} are not in ${home.content.place}`, {
			advice: "ask the client for them.",
		});
	}
}

const keyOf = ({ program, inputsRoot }: SeenPoint): string => `${program} ${inputsRoot}`;

class GridWorker implements Actor {
	readonly name = "grid worker";
	readonly #world: World;
	readonly #contracts: GridContracts;
	readonly #options: GridWorkerOptions;
	readonly #account: Hex;
	readonly #troubles: Troubles;
	readonly #claimant: Claimant;
	/** Points that were found at hand: a grid that is being filled may still get others. */
	readonly #atHand: Set<string>;
	#joined = false;
	/** what was said last of what it waits for */
	#waiting: string | undefined;

	constructor(
		world: World,
		contracts: GridContracts,
		options: GridWorkerOptions,
		atHand: readonly SeenPoint[],
	) {
		this.#world = world;
		this.#contracts = contracts;
		this.#options = options;
		this.#atHand = new Set(atHand.map(keyOf));
		this.#account = world.signer.account.address.toLowerCase() as Hex;
		this.#troubles = new Troubles(options.progress);
		this.#claimant = options.claimant ?? honestly(options.progress);
	}

	tick(): Promise<boolean> {
		return about({ grid: this.#options.grid }, () => this.#look());
	}

	async #look(): Promise<boolean> {
		const { contracts, feed } = this.#world;
		await feed.poll();
		const grid = await readGrid(this.#world, this.#contracts, this.#options.grid);
		const now = Number(await chainTime(contracts.connection, feed.head));
		this.#tellWaiting(grid, now);
		let acted = false;
		const attempt: Attempt = async (item, make, subject) => {
			if (await this.#troubles.attempt(item, make, subject)) acted = true;
		};
		const race: Attempt = async (item, make, subject) => {
			if (await this.#troubles.race(item, feed.head?.hash, make, subject)) acted = true;
		};
		const round = this.#mayJoin() ? roundToJoin(grid, this.#account, now) : undefined;
		const steps: readonly GridStep[] = [
			...(round === undefined ? [] : [{ type: "join", round } as const]),
			...stepsForAll(grid, now),
		];
		for (const step of steps) {
			// One point's trouble is none of another's.
			const item = "point" in step ? `${step.type} of point ${step.point}` : step.type;
			const trying = step.type === "join" ? attempt : race;
			await trying(item, () => this.#make(grid, step), pointSubject(step));
		}
		if (isDevelopment(contracts.connection) && awaitsBlock(grid, this.#account, now)) {
			// Nobody else makes a block there, and a round ends with one.
			await attempt("waiting for a block", async () => {
				await mineBlock(contracts.connection);
				return true;
			});
		}
		await this.#withdraw(grid, attempt);
		await landAll(this.#world, this.#options.progress);
		const mine = grid.points.filter(
			({ worker, status }) =>
				worker === this.#account && (status === POINT_STATUS.reserved || status === POINT_STATUS.claimed),
		);
		for (const actor of await this.#claimant(this.#world, grid, mine)) if (await actor.tick()) acted = true;
		return acted;
	}

	/** Once for each thing that it waits for: nobody should wonder whether it still works. */
	#tellWaiting(grid: SeenGrid, now: number): void {
		if (this.#options.joins === "never") return;
		const waiting = waitsFor(grid, this.#account, now);
		if (waiting !== undefined && waiting !== this.#waiting) this.#options.progress(waiting);
		this.#waiting = waiting;
	}

	#mayJoin(): boolean {
		const { joins = "always" } = this.#options;
		return joins === "always" || (joins === "once" && !this.#joined);
	}

	async #make(grid: SeenGrid, step: GridStep): Promise<boolean> {
		const { id } = grid;
		switch (step.type) {
			case "join": {
				if (!(await this.#allAtHand(grid))) return true;
				await this.#requireMoney(grid);
				this.#joined = true;
				const said = `Joined round ${step.round}.`;
				return this.#send(`join:${step.round}`, said, "join", [id, step.round], grid.stake);
			}
			case "bring":
				return this.#bring(grid, step.round);
			case "draw": {
				const what = `draw:${step.round}:${step.waiting}`;
				return this.#send(what, `Drew round ${step.round}.`, "draw", [id, DRAWS_AT_ONCE]);
			}
			case "sync": {
				const said = `Point ${step.point}: claim ${step.claim} has ended.`;
				return this.#send(`sync:${step.claim}`, said, "sync", [id, step.point, step.claim]);
			}
			case "expire": {
				const said = `Point ${step.point}: its reservation has expired.`;
				return this.#send(`expire:${step.request}`, said, "expire", [id, step.point]);
			}
			case "close":
				return this.#send("close", `Closed grid ${id}.`, "close", [id]);
		}
	}

	/** Looks at one more point, of which nobody chooses which it is dealt; between two, disputes are answered. */
	async #allAtHand({ points }: SeenGrid): Promise<boolean> {
		const next = points.find((point) => !this.#atHand.has(keyOf(point)));
		if (next === undefined) return true;
		await requireAtHand(this.#world, { points: [next] });
		this.#atHand.add(keyOf(next));
		return false;
	}

	/** Whoever cannot pay the bond of its claim loses its stake. */
	async #requireMoney({ points, stake }: SeenGrid): Promise<void> {
		const { contracts, signer } = this.#world;
		const { submitterBond } = contracts.deployment.parameters;
		const live = points.filter(
			({ worker, claim }) => worker === this.#account && claim?.status === CLAIM_STATUS.live,
		);
		const ahead = await neededFor(contracts.connection, 0n);
		const needed = stake + submitterBond + ahead * BigInt(1 + live.length);
		const balance = await balanceOf(signer);
		if (balance >= needed) return;
		throw new UmpireError("ACCOUNT", `${signer.account.address} holds ${formatEther(balance)} ETH`, {
			advice: `fund it: a stake, the bond of a claim, and the moves of its disputes need ${formatEther(needed)} ETH.`,
		});
	}

	async #bring(grid: SeenGrid, round: number): Promise<boolean> {
		const args = [BigInt(grid.id), BigInt(round)] as const;
		const named = await read(this.#world.contracts, this.#contracts.grid, "beaconRound", args);
		const call = { contract: this.#contracts.beacon, functionName: "bring", args: [named] };
		const sent = await act(this.#world, `beacon:${named}`, call);
		if (sent !== undefined) this.#options.progress(`Brought the value of round ${round}: block ${named}.`);
		return sent !== undefined;
	}

	async #send(
		name: string,
		said: string,
		functionName: string,
		args: readonly number[],
		value = 0n,
	): Promise<boolean> {
		const call = { contract: this.#contracts.grid, functionName, args: args.map(BigInt), value };
		const sent = await act(this.#world, `grid:${this.#options.grid}:${name}`, call);
		if (sent !== undefined) this.#options.progress(said);
		return sent !== undefined;
	}

	/** What grid contract and beacon owe once the grid is closed: one transaction each instead of many. */
	async #withdraw(grid: SeenGrid, attempt: Attempt): Promise<void> {
		if (grid.status !== GRID_STATUS.closed) return;
		const { grid: contract, beacon } = this.#contracts;
		const account = this.#account;
		for (const token of new Set([ETHER, grid.token.toLowerCase() as Hex])) {
			// What a token does keeps nobody from its ether.
			await attempt(`withdrawing ${token === ETHER ? "ether" : token}`, async () => {
				const owed = await read(this.#world.contracts, contract, "owed", [token, account]);
				const call = { contract, functionName: "withdrawTo", args: [token, account] };
				const said = token === ETHER ? `${formatEther(owed)} ETH` : `${owed} of ${token}`;
				return this.#take(`grid:${grid.id}:withdraw:${token}:${owed}`, owed, said, call);
			});
		}
		await attempt("withdrawing from the beacon", async () => {
			const owed = await read(this.#world.contracts, beacon, "owed", [account]);
			const said = `${formatEther(owed)} ETH for values of the beacon`;
			const call = { contract: beacon, functionName: "withdraw" };
			return this.#take(`beacon:withdraw:${grid.id}:${owed}`, owed, said, call);
		});
	}

	async #take(name: string, owed: bigint, said: string, call: Call): Promise<boolean> {
		if (owed === 0n || (await act(this.#world, name, call)) === undefined) return false;
		this.#options.progress(`Withdrew ${said}.`);
		return true;
	}
}

function pointSubject(step: GridStep): Subject {
	if (!("point" in step)) return {};
	return {
		point: step.point,
		...("request" in step ? { request: step.request } : {}),
		...("claim" in step ? { claim: step.claim } : {}),
	};
}
