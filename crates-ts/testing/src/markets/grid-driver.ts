import type { Hex } from "@umpire/commitment/constants.ts";
import type { GameError } from "@umpire/game/errors.ts";
import type { Action } from "@umpire/game/move.ts";
import { initialState } from "@umpire/game/state.ts";
import { type GridWorld, initialWorld } from "@umpire/markets/grid-state.ts";
import { liabilityIn, owedIn } from "@umpire/markets/token-ledger.ts";
import { applyToWorld, type GridAction } from "@umpire/markets/world.ts";
import { Deployed } from "../chain/deployed.ts";
import type { Outcome, TestChain } from "../chain/test-chain.ts";
import { arbiter, PARAMETERS } from "../game/game-driver.ts";
import { PairDriver, plain } from "./pair-driver.ts";

/** A grid contract with a beacon and a token of its own, on a chain that has a market. */
export interface GridStage {
	readonly chain: TestChain;
	readonly grid: Deployed;
	readonly beacon: Deployed;
	readonly token: Deployed;
	readonly leastStake: bigint;
	readonly fee: bigint;
	readonly drift: number;
}

/** Contracts whose errors a chain has to know for grids. */
export const GRID_CONTRACTS = ["GridSearch", "TestBeacon", "TestToken", "HostileToken"] as const;

export async function deployGrid(
	chain: TestChain,
	{ leastStake = 30n, fee = 3n, drift = 5, token = "TestToken" } = {},
): Promise<GridStage> {
	const beacon = await Deployed.deploy(chain, "TestBeacon", [fee, BigInt(drift)]);
	const grid = await Deployed.deploy(chain, "GridSearch", [chain.market, beacon.address, leastStake]);
	return { chain, grid, beacon, token: await Deployed.deploy(chain, token), leastStake, fee, drift };
}

/** One grid contract and its model, played in step: every move goes to both, and both must say the same. */
export class GridDriver extends PairDriver<GridWorld, GridAction> {
	readonly stage: GridStage;
	/** wei that were burned before */
	readonly #burned: bigint;

	constructor(stage: GridStage, now: number, burned: bigint) {
		const { chain, grid, leastStake, fee, drift } = stage;
		const game = initialState(PARAMETERS, chain.domain);
		super(initialWorld(game, { address: grid.address, leastStake, fee, drift }), now);
		this.stage = stage;
		this.#burned = burned;
	}

	/** Begins at the chain's time. */
	static async on(stage: GridStage): Promise<GridDriver> {
		return new GridDriver(stage, await stage.chain.time(), await stage.chain.burned());
	}

	protected override applied(move: (GridAction | Action) & { readonly sender: Hex }): GridWorld | GameError {
		return applyToWorld(this.world, move, this.now, arbiter);
	}

	/** What an account is owed in ether, or in a token. */
	owed(account: Hex, token: Hex): bigint {
		return owedIn(this.world.ledger, token, account);
	}

	/** What the contract and the model know, each, for comparison: grids, points, lists, money. */
	async both(people: readonly Hex[]): Promise<readonly [unknown, unknown]> {
		const { chain, grid, token } = this.stage;
		const tokens: readonly Hex[] = ["0x0000000000000000000000000000000000000000", token.address];
		const read = async (id: number) => ({
			grid: pick(await grid.read<Record<string, unknown>>("getGrid", [BigInt(id)])),
			points: await Promise.all(
				this.world.grids[id - 1].points.map((_, point) =>
					grid.read<Record<string, unknown>>("getPoint", [BigInt(id), BigInt(point)]).then(plain),
				),
			),
			free: (await grid.read<bigint[]>("freePoints", [BigInt(id)])).map(Number),
			joiners: await Promise.all(
				[...this.world.grids[id - 1].rounds.keys()].map(async (round) =>
					(await grid.read<Hex[]>("joiners", [BigInt(id), BigInt(round)])).map(lower),
				),
			),
		});
		const money = await Promise.all(
			tokens.flatMap((at) => [
				grid.read<bigint>("liabilities", [at]),
				...people.map((account) => grid.read<bigint>("owed", [at, account])),
			]),
		);
		const held = [await chain.balance(grid.address), await token.read<bigint>("balanceOf", [grid.address])];
		const burnedHere = (await chain.burned()) - this.#burned;
		const { ledger, grids, game } = this.world;
		const onChain = {
			grids: await Promise.all(grids.map((_, i) => read(i + 1))),
			money,
			held,
			burned: burnedHere,
		};
		const inModel = {
			grids: grids.map((one) => ({
				grid: pick({ ...one, ...one.terms, points: one.points.length } as unknown as Record<string, unknown>),
				points: one.points.map((point) => {
					const { liveClaim, closed } = game.requests[point.request - 1] ?? {};
					const isClaimed = point.status === 1 && (liveClaim !== 0 || closed === true);
					return plain({ ...point, status: isClaimed ? 2 : point.status });
				}),
				free: [...one.free, ...one.returned],
				joiners: [...one.rounds.values()].map(({ joiners }) => joiners),
			})),
			money: tokens.flatMap((at) => [
				liabilityIn(ledger, at),
				...people.map((account) => owedIn(ledger, at, account)),
			]),
			held: tokens.map((at) => liabilityIn(ledger, at)),
			burned: ledger.burned + game.burned,
		};
		return [onChain, inModel];
	}

	protected override sent(sender: Hex, action: GridAction | Action): Promise<Outcome> {
		const { chain, grid, beacon } = this.stage;
		const at = this.now;
		const to = (contract: Deployed, name: string, args: readonly unknown[], value = 0n) =>
			contract.try(sender, name, args, { value, at });
		switch (action.type) {
			case "openGrid":
				return to(grid, "open", [action.terms]);
			case "addPoints":
				return to(grid, "addPoints", [BigInt(action.grid), action.points]);
			case "start":
				return to(grid, "start", [BigInt(action.grid)], action.value);
			case "join":
				return to(grid, "join", [BigInt(action.grid), BigInt(action.round)], action.value);
			case "draw":
				return to(grid, "draw", [BigInt(action.grid), BigInt(action.most)]);
			case "sync":
				return to(grid, "sync", [action.grid, action.point, action.claim].map(BigInt));
			case "expire":
				return to(grid, "expire", [BigInt(action.grid), BigInt(action.point)]);
			case "close":
				return to(grid, "close", [BigInt(action.grid)]);
			case "withdrawTo":
				return to(grid, "withdrawTo", [action.token, action.recipient]);
			case "bring":
				return to(beacon, "bring", [BigInt(action.round), action.beaconValue]);
			case "makeVoid":
				return to(beacon, "makeVoid", [BigInt(action.round)]);
			default:
				return chain.act(sender, action, at);
		}
	}
}

const lower = (account: Hex): Hex => account.toLowerCase() as Hex;

const COMPARED = [
	"client",
	"status",
	"points",
	"accepted",
	"open",
	"nextRound",
	"token",
	"startedAt",
	"bounty",
	"stake",
	"lowest",
	"share",
	"credited",
	"budget",
	"waiting",
	"best",
] as const;

function pick(fields: Record<string, unknown>): Record<string, unknown> {
	return plain(Object.fromEntries(COMPARED.map((name) => [name, fields[name]])));
}
