import { getClaim } from "@umpire/chain/contracts.ts";
import { UserError } from "@umpire/chain/errors.ts";
import { read } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { GridStatus, PointStatus } from "@umpire/markets/grid-state.ts";
import type { RoundValue, SeenGrid, SeenPoint } from "@umpire/markets/grid-steps.ts";
import type { View } from "../world.ts";
import type { GridContracts } from "./grid-contracts.ts";

/** As the contract stores it. */
interface StoredGrid {
	readonly client: Hex;
	readonly status: GridStatus;
	readonly points: number;
	readonly rounds: number;
	readonly accepted: number;
	readonly token: Hex;
	readonly startedAt: number;
	readonly roundSeconds: number;
	readonly bounty: bigint;
	readonly stake: bigint;
	readonly share: bigint;
	readonly best: number;
}

interface StoredPoint {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly worker: Hex;
	readonly request: number;
	readonly until: number;
	readonly status: PointStatus;
	readonly score: bigint;
}

const lower = (account: Hex): Hex => account.toLowerCase() as Hex;

/** How many grids there are. */
export async function gridCount(view: View, { grid }: GridContracts): Promise<number> {
	return Number(await read<bigint>(view.contracts, grid, "gridCount"));
}

/**
 * A grid as the chain shows it now. The feed must have been polled: it knows which claims were made.
 *
 * @throws UserError if there is no such grid
 */
export async function readGrid(view: View, contracts: GridContracts, id: number): Promise<SeenGrid> {
	const { grid, beacon } = contracts;
	const count = await gridCount(view, contracts);
	if (!(Number.isInteger(id) && id >= 1 && id <= count)) {
		throw new UserError(`There is no grid ${id}: ${count} ${count === 1 ? "is" : "are"} open or closed.`);
	}
	const ask = <T>(name: string, ...args: readonly number[]): Promise<T> =>
		read<T>(view.contracts, grid, name, args.map(BigInt));
	const stored = await ask<StoredGrid>("getGrid", id);
	const height = await view.contracts.connection.reader.getBlockNumber();
	const isStarted = stored.startedAt !== 0;
	const rounds = await inTurn(isStarted ? stored.rounds : 0, async (round) => {
		const joiners = (await ask<Hex[]>("joiners", id, round)).map(lower);
		const named = await ask<bigint>("beaconRound", id, round);
		const [status] = await read<readonly [number, Hex]>(view.contracts, beacon, "lookUp", [named]);
		const values: readonly RoundValue[] = [height >= named ? "ready" : "pending", "known", "void"];
		return { joiners, value: values[status] };
	});
	const points = await inTurn(stored.points, async (point): Promise<SeenPoint> => {
		const { worker, score, ...found } = await ask<StoredPoint>("getPoint", id, point);
		return { ...found, score, worker: lower(worker), claim: await claimOn(view, found.request) };
	});
	const grace = Number(await read<bigint>(view.contracts, grid, "grace"));
	return { ...stored, id, client: lower(stored.client), rounds, points, grace };
}

/** The claim that was made on a request, and where it stands. */
async function claimOn(view: View, request: number): Promise<SeenPoint["claim"]> {
	if (request === 0) return undefined;
	const made = view.feed.events.find(
		({ name, args }) => name === "Claimed" && Number(args.request) === request,
	);
	if (made?.name !== "Claimed") return undefined;
	const id = Number(made.args.claim);
	return { id, status: (await getClaim(view.contracts, BigInt(id))).status };
}

async function inTurn<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
	const made: T[] = [];
	for (let index = 0; index < count; index++) made.push(await make(index));
	return made;
}
