import { getClaim } from "@umpire/chain/contracts.ts";
import { read } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { ClaimStatus } from "@umpire/game/state.ts";
import type { GridStatus, PointStatus } from "@umpire/markets/grid-state.ts";
import type { RoundValue, SeenGrid, SeenPoint } from "@umpire/markets/grid-steps.ts";
import type { View } from "../world.ts";
import type { GridContracts } from "./grid-contracts.ts";

const lower = (account: Hex): Hex => account.toLowerCase() as Hex;

/** How many grids there are. */
export async function gridCount(view: View, { grid }: GridContracts): Promise<number> {
	return Number(await read(view.contracts, grid, "gridCount", []));
}

/**
 * A grid as the chain shows it now. The feed must have been polled: it knows which claims were made.
 *
 * @throws UmpireError if there is no such grid
 */
export async function readGrid(view: View, contracts: GridContracts, id: number): Promise<SeenGrid> {
	const { grid, beacon } = contracts;
	const count = await gridCount(view, contracts);
	if (!(Number.isInteger(id) && id >= 1 && id <= count)) {
		throw new UmpireError("NOT_FOUND", `There is no grid ${id}`, {
			advice: count === 0 ? "umpire grid open opens one." : `there ${count === 1 ? "is 1" : `are ${count}`}.`,
		});
	}
	const number = BigInt(id);
	const { status, ...stored } = await read(view.contracts, grid, "getGrid", [number]);
	const height = await view.contracts.connection.reader.getBlockNumber();
	const isStarted = stored.startedAt !== 0;
	const rounds = await inTurn(isStarted ? stored.rounds : 0, async (round) => {
		const joiners = (await read(view.contracts, grid, "joiners", [number, BigInt(round)])).map(lower);
		const named = await read(view.contracts, grid, "beaconRound", [number, BigInt(round)]);
		const [known] = await read(view.contracts, beacon, "lookUp", [named]);
		const values: readonly RoundValue[] = [height >= named ? "ready" : "pending", "known", "void"];
		return { joiners, value: values[known] };
	});
	const points = await inTurn(stored.points, async (point): Promise<SeenPoint> => {
		const found = await read(view.contracts, grid, "getPoint", [number, BigInt(point)]);
		const { program, inputsRoot, worker, request, until, score } = found;
		const status = found.status as PointStatus;
		const claim = await claimOn(view, request);
		return { program, inputsRoot, worker: lower(worker), request, until, status, claim, score };
	});
	const grace = Number(await read(view.contracts, grid, "grace", []));
	const { client, token, bounty, stake, share, startedAt, roundSeconds, accepted, best } = stored;
	return {
		id,
		client: lower(client),
		status: status as GridStatus,
		token,
		bounty,
		stake,
		share,
		startedAt,
		roundSeconds,
		points,
		accepted,
		best,
		rounds,
		grace,
	};
}

/** The claim that was made on a request, and where it stands. */
async function claimOn(view: View, request: number): Promise<SeenPoint["claim"]> {
	if (request === 0) return undefined;
	const made = view.feed.events.find(
		({ name, args }) => name === "Claimed" && Number(args.request) === request,
	);
	if (made?.name !== "Claimed") return undefined;
	const id = Number(made.args.claim);
	const { status } = await getClaim(view.contracts, BigInt(id));
	return { id, status: status as ClaimStatus };
}

async function inTurn<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
	const made: T[] = [];
	for (let index = 0; index < count; index++) made.push(await make(index));
	return made;
}
