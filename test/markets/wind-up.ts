import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { CLAIM_STATUS, PHASE } from "@umpire/game/state.ts";
import { endOfRound, GRID_STATUS, isClaimed, POINT_STATUS } from "@umpire/markets/grid-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import type { GridDriver } from "@umpire/testing/markets/grid-driver.ts";

/** Ends everything that is open, as strangers may, and pays everybody: afterwards the contract holds nothing. */
export async function windUp(driver: GridDriver, people: readonly Hex[]): Promise<void> {
	const stranger = people[people.length - 1];
	const { increment, reserve, challengePeriod, crowding } = PARAMETERS;
	const { game } = driver.world;
	driver.now += increment + reserve + crowding * (game.disputes.length + 1) + challengePeriod;
	for (const [i, { phase, claim }] of game.disputes.entries()) {
		if (phase === PHASE.closed || driver.world.game.claims[claim - 1].status !== CLAIM_STATUS.live) continue;
		await driver.play(stranger, { type: "timeout", dispute: i + 1 });
	}
	for (const [i] of driver.world.grids.entries()) await endGrid(driver, stranger, i + 1);
	for (const token of [ETHER, driver.stage.token.address]) {
		for (const account of people) {
			if (driver.owed(account, token) === 0n) continue;
			await driver.play(account, { type: "withdrawTo", token, recipient: account });
		}
	}
}

/** Draws what waits, ends claims and reservations, and closes. */
async function endGrid(driver: GridDriver, stranger: Hex, id: number): Promise<void> {
	const grid = () => driver.world.grids[id - 1];
	if (grid().status === GRID_STATUS.filling) return;
	driver.now = Math.max(driver.now, endOfRound(grid(), grid().terms.rounds - 1) + driver.stage.drift);
	const { values, void: ended } = driver.world.beacon;
	for (const [i, round] of grid().beaconRounds.entries()) {
		if (values.has(round) || ended.has(round) || grid().rounds.get(i) === undefined) continue;
		await driver.play(stranger, { type: "bring", round, beaconValue: wordHex(BigInt(round)) });
	}
	while (grid().waiting > 0) await driver.play(stranger, { type: "draw", grid: id, most: 3 });
	driver.now += grid().terms.reservationSeconds + PARAMETERS.increment + PARAMETERS.challengePeriod;
	for (const [point, { status, request }] of grid().points.entries()) {
		if (status !== POINT_STATUS.reserved) continue;
		if (!isClaimed(driver.world.game, request)) {
			await driver.play(stranger, { type: "expire", grid: id, point });
			continue;
		}
		const claim = 1 + driver.world.game.claims.findLastIndex((made) => made.request === request);
		if (driver.world.game.claims[claim - 1].status === CLAIM_STATUS.live) {
			await driver.play(stranger, { type: "finalise", claim });
		} else await driver.play(stranger, { type: "sync", grid: id, point, claim });
	}
	if (grid().status === GRID_STATUS.open) await driver.play(stranger, { type: "close", grid: id });
}
