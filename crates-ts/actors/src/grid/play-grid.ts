import { getClaim, getTurn } from "@umpire/chain/contracts.ts";
import { read } from "@umpire/chain/send.ts";
import { chainTime } from "@umpire/chain/time.ts";
import { CLAIM_STATUS, SIDE } from "@umpire/game/state.ts";
import { GRID_STATUS } from "@umpire/markets/grid-state.ts";
import { nextTime, type SeenGrid } from "@umpire/markets/grid-steps.ts";
import type { Actor } from "../actor.ts";
import type { Stage } from "../stage.ts";
import type { World } from "../world.ts";
import type { GridContracts } from "./grid-contracts.ts";
import { readGrid } from "./read-grid.ts";

/** More waits than all rounds, periods and turns are. */
const MOST_WAITS = 400;

/** Lets all act, and time pass where nobody has anything to do, until the grid is closed. */
export async function playGrid(
	stage: Stage,
	world: World,
	contracts: GridContracts,
	actors: readonly Actor[],
	id: number,
): Promise<SeenGrid> {
	for (let waits = 0; waits < MOST_WAITS; waits++) {
		await stage.settle(actors);
		await world.feed.poll();
		const grid = await readGrid(world, contracts, id);
		if (grid.status === GRID_STATUS.closed) return grid;
		const now = Number(await chainTime(stage.connection));
		const next = Math.min(...(await timesOf(stage, grid, now)));
		await stage.wait(Number.isFinite(next) && next > now ? next - now : 1);
	}
	throw new Error("The grid was not closed.");
}

/** When time alone gives somebody something to do. */
async function timesOf({ contracts }: Stage, grid: SeenGrid, now: number): Promise<number[]> {
	const times = [nextTime(grid, now) ?? Number.POSITIVE_INFINITY];
	const { challengePeriod } = contracts.deployment.parameters;
	for (const { claim } of grid.points) {
		if (claim?.status !== CLAIM_STATUS.live) continue;
		const { since } = await getClaim(contracts, BigInt(claim.id));
		times.push(since + challengePeriod);
	}
	const market = contracts.market.address;
	const disputes = await read(contracts, contracts.court, "disputeCount", [market]);
	for (let id = 1n; id <= disputes; id++) {
		const turn = await getTurn(contracts, id);
		if (turn.side !== SIDE.nobody) times.push(Number(turn.until) + 1);
	}
	return times.filter((time) => time > now);
}
