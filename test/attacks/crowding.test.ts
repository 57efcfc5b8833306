import { honestChallenger } from "@umpire/game/challenger.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { describe, expect, test } from "vitest";
import { driverPerTest } from "../game/per-test.ts";

const program = new ToyProgram(
	[
		{ width: 8, elements: 10, outside: 4, parts: 1 },
		{ width: 16, elements: 90, outside: 0, parts: 1 },
	],
	1,
	0,
);
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [{ step: 0, operator: 1, element: 80, by: 5 }]);
const { increment, reserve, crowding } = PARAMETERS;
const CROWD = 30;

let driver: ChainDriver;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
});

/** The submitter of a false claim crowds it with disputes of its own, before an honest challenge or after it. */
async function crowd(claim: number): Promise<void> {
	for (let i = 0; i < CROWD; i++) await driver.challengeToy(right, claim, driver.stranger);
}

describe("a submitter cannot block its false claim's dispute by crowding", () => {
	test("a demand made before the crowd came is not slowed by it", async () => {
		const claim = await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, claim);
		await crowd(claim);
		const { demandedAt } = driver.game.state.disputes[id - 1];
		await driver.wait(demandedAt + increment + reserve + 1);
		await driver.play(driver.stranger, { type: "timeout", dispute: id });
		expect(driver.game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.rejected);
	});

	test("one made after it waits N·δ longer, no more", async () => {
		const claim = await driver.claimToy(wrong);
		await crowd(claim);
		const id = await driver.challengeToy(right, claim);
		const { demandedAt } = driver.game.state.disputes[id - 1];
		const last = demandedAt + increment + reserve + CROWD * crowding;
		await driver.wait(last);
		expect(await driver.try(driver.stranger, { type: "timeout", dispute: id })).toBe("NotTimedOut");
		await driver.wait(last + 1);
		await driver.play(driver.stranger, { type: "timeout", dispute: id });
		expect(driver.game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.rejected);
		for (let i = 1; i <= CROWD; i++) await driver.play(driver.stranger, { type: "reclaim", dispute: i });
	});

	test("closing disputes of its own closes nobody else's, and does not make the claim final", async () => {
		const claim = await driver.claimToy(wrong);
		const id = await driver.challengeToy(right, claim);
		const mine = await driver.challengeToy(right, claim, driver.stranger);
		const children = wrong.tensors[0].map(({ root }) => root);
		await driver.play(driver.submitter, { type: "open", tree: 2, childLevel: 0, children });
		// the accomplice lets its dispute run out, the honest challenger moves in time
		const move = honestChallenger(driver.game.view(id), right);
		if (move === null || move.type === "prove") throw new Error("There is something to name");
		await driver.wait(driver.game.now + increment + reserve);
		await driver.play(driver.challenger, move);
		await driver.wait(driver.game.now + PARAMETERS.crowding + 2);
		await driver.play(driver.submitter, { type: "timeout", dispute: mine });
		await driver.wait(driver.game.state.claims[claim - 1].claimedAt + PARAMETERS.challengePeriod + 1);
		expect(await driver.try(driver.submitter, { type: "finalise", claim })).toBe("DisputesOpen");
		await driver.play(driver.stranger, { type: "timeout", dispute: id });
		expect(driver.game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.rejected);
	});
});
