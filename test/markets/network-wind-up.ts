import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { CLAIM_STATUS, PHASE } from "@umpire/game/state.ts";
import { isClaimed } from "@umpire/markets/grid-state.ts";
import { endOf, JOB_STATUS, WORKER_STATUS } from "@umpire/markets/network-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { NETWORK, type NetworkDriver } from "@umpire/testing/markets/network-driver.ts";

/** Ends everything that is open, as strangers and clients may, and pays everybody: the contracts hold nothing then. */
export async function windUpNetwork(driver: NetworkDriver, people: readonly Hex[]): Promise<void> {
	const stranger = people[people.length - 1];
	const { increment, reserve, challengePeriod, crowding } = PARAMETERS;
	const { game } = driver.world;
	driver.now += increment + reserve + crowding * (game.disputes.length + 1) + challengePeriod;
	for (const [i, { phase, claim }] of game.disputes.entries()) {
		if (phase === PHASE.closed || driver.world.game.claims[claim - 1].status !== CLAIM_STATUS.live) continue;
		await driver.play(stranger, { type: "timeout", dispute: i + 1 });
	}
	while (isBusy(driver)) {
		driver.now += NETWORK.acceptSeconds + JOB_TIME + increment + challengePeriod;
		for (const [i] of driver.world.jobs.entries()) await moveOn(driver, stranger, i + 1);
		await drawAll(driver, stranger);
	}
	for (const account of people) {
		if (driver.world.workers.get(account)?.status !== WORKER_STATUS.active) continue;
		await driver.play(account, { type: "leave" });
	}
	if (driver.world.changes.length > 0) await driver.play(stranger, { type: "applyChanges", most: 200 });
	driver.now += NETWORK.exitDelay;
	for (const worker of people) {
		if (driver.world.workers.get(worker)?.status !== WORKER_STATUS.leaving) continue;
		await driver.play(stranger, { type: "exit", worker });
	}
	for (const contract of ["workers", "jobs"] as const) {
		for (const token of [ETHER, driver.stage.token.address]) {
			for (const account of people) {
				if (driver.owed(contract, account, token) === 0n) continue;
				await driver.play(account, { type: "withdrawFrom", contract, token, recipient: account });
			}
		}
	}
}

/** More than any attempt has. */
const JOB_TIME = 30;

function isBusy({ world }: NetworkDriver): boolean {
	return world.jobs.some(({ status }) => status !== JOB_STATUS.none && status < JOB_STATUS.verified);
}

/** What anybody, or the client, can do for one job. */
async function moveOn(driver: NetworkDriver, stranger: Hex, job: number): Promise<void> {
	const { status, round, request, client } = driver.world.jobs[job - 1];
	if (status === JOB_STATUS.pending && round === 0) await driver.play(client, { type: "cancel", job });
	if (status === JOB_STATUS.offered) await driver.play(stranger, { type: "lapse", job });
	if (status !== JOB_STATUS.assigned && status !== JOB_STATUS.completed) return;
	if (!isClaimed(driver.world.game, request)) {
		await driver.play(stranger, { type: "expireJob", job });
		return;
	}
	const claim = 1 + driver.world.game.claims.findIndex((made) => made.request === request);
	if (driver.world.game.claims[claim - 1].status === CLAIM_STATUS.live) {
		await driver.play(stranger, { type: "finalise", claim });
	}
	await driver.play(stranger, { type: "syncJob", job, claim });
}

/** Applies changes and draws, round by round. */
async function drawAll(driver: NetworkDriver, stranger: Hex): Promise<void> {
	const rounds = driver.world.rounds.length;
	for (let i = 0; i < rounds; i++) {
		const { round, beaconRound } = driver.world.rounds[0];
		driver.now = Math.max(driver.now, endOf(driver.world, round) + driver.stage.drift);
		const { values, void: ended } = driver.world.beacon;
		if (!values.has(beaconRound) && !ended.has(beaconRound)) {
			await driver.play(stranger, { type: "bring", round: beaconRound, beaconValue: wordHex(5n << 120n) });
		}
		const { changes } = driver.world;
		if (changes.length > 0 && changes[0].round <= round) {
			await driver.play(stranger, { type: "applyChanges", most: 200 });
		}
		await driver.play(stranger, { type: "drawJobs", most: 100 });
	}
}
