import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, PHASE } from "@umpire/game/state.ts";
import { COVER_STATUS, OPERATOR_STATUS, RECORD_STATUS } from "@umpire/markets/attester-state.ts";
import { isClaimed } from "@umpire/markets/grid-state.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ATTESTERS, type AttesterDriver } from "@umpire/testing/markets/attester-driver.ts";

/** Ends everything that is open, as anybody may, and pays everybody: the contracts hold nothing then. */
export async function windUpAttesters(driver: AttesterDriver, people: readonly Hex[]): Promise<void> {
	const stranger = people[people.length - 1];
	await endGame(driver, stranger);
	const { accusationSeconds, claimSeconds, epochSeconds } = ATTESTERS;
	await syncAll(driver, stranger);
	driver.now += accusationSeconds + claimSeconds;
	for (const [i, { closed, request }] of driver.world.accusations.entries()) {
		if (closed) continue;
		const claim = 1 + driver.world.game.claims.findIndex((made) => made.request === request);
		if (isClaimed(driver.world.game, request)) {
			await driver.play(stranger, { type: "judge", accusation: i + 1, claim });
		} else await driver.play(stranger, { type: "lapseAccusation", accusation: i + 1 });
	}
	for (const [i, { status, closed, claim }] of driver.world.records.entries()) {
		if (status === RECORD_STATUS.open) await driver.play(stranger, { type: "acquit", record: i + 1 });
		if (status === RECORD_STATUS.confirmed && claim !== 0 && !closed) {
			await driver.play(stranger, { type: "closePremium", record: i + 1 });
		}
	}
	for (const [request, { status }] of driver.world.covers) {
		if (status !== COVER_STATUS.waiting) continue;
		const { requester } = driver.world.game.requests[request - 1];
		await driver.play(requester, { type: "uncover", request });
	}
	await driver.play(stranger, { type: "advance", most: 1000 });
	for (const { account, status } of driver.world.operators.values()) {
		if (status === OPERATOR_STATUS.active) await driver.play(account, { type: "leaveSet" });
	}
	driver.now += 2 * epochSeconds + accusationSeconds;
	for (const operator of driver.world.operators.keys()) {
		await driver.play(stranger, { type: "exitOperator", operator });
	}
	for (const contract of ["operators", "attestations"] as const) {
		for (const account of people) {
			if (driver.owed(contract, account) === 0n) continue;
			await driver.play(account, { type: "withdrawStake", contract });
		}
	}
}

async function syncAll(driver: AttesterDriver, stranger: Hex): Promise<void> {
	for (const [i, { status }] of driver.world.records.entries()) {
		if (status === RECORD_STATUS.attested) await driver.play(stranger, { type: "syncRecord", record: i + 1 });
	}
}

/** Ends disputes and claims. */
async function endGame(driver: AttesterDriver, stranger: Hex): Promise<void> {
	const { increment, reserve, challengePeriod, crowding } = PARAMETERS;
	const { game } = driver.world;
	driver.now += increment + reserve + crowding * (game.disputes.length + 1) + challengePeriod;
	for (const [i, { phase, claim }] of game.disputes.entries()) {
		if (phase === PHASE.closed || driver.world.game.claims[claim - 1].status !== CLAIM_STATUS.live) continue;
		await driver.play(stranger, { type: "timeout", dispute: i + 1 });
	}
	for (const [i, { status }] of driver.world.game.claims.entries()) {
		if (status === CLAIM_STATUS.live) await driver.play(stranger, { type: "finalise", claim: i + 1 });
	}
}
