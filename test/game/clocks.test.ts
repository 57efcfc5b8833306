import { honestChallenger } from "@umpire/game/challenger.ts";
import { lastSecond, turnOf } from "@umpire/game/clock.ts";
import { CLAIM_STATUS, liabilities, type Parameters, PHASE, SIDE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const program = new ToyProgram(
	[
		{ width: 8, elements: 3, outside: 5, parts: 1 },
		{ width: 16, elements: 200, outside: -7, parts: 3 },
	],
	2,
	1,
	true,
);
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [{ step: 1, operator: 1, element: 80, by: 9 }]);

/** Plays until the dispute is in a phase and a side is to move; sides use some of their reserves. */
async function until(
	chain: TestChain,
	parameters: Parameters,
	phase: number,
	side: number,
): Promise<ChainDriver> {
	const driver = new ChainDriver(chain, parameters);
	await driver.sync();
	await driver.claimToy(wrong);
	await driver.challengeToy(right, 1);
	for (;;) {
		const view = driver.game.view(1);
		const toMove = view.publishedAt === 0 ? SIDE.submitter : SIDE.challenger;
		if (view.dispute.phase === phase && toMove === side) return driver;
		await driver.wait(driver.game.now + PARAMETERS.increment + 2);
		const move = honestSubmitter(view, wrong) ?? honestChallenger(view, right);
		if (move === null || move.type === "prove") throw new Error("The phase was never reached");
		await driver.play(toMove === SIDE.submitter ? driver.submitter : driver.challenger, move);
	}
}

describe.each([
	["a reserve", PARAMETERS],
	["no reserve", { ...PARAMETERS, reserve: 0 }],
] as const)("with %s, a side is timed out from the second after its last one on", (_, parameters) => {
	let chain: TestChain;
	beforeAll(async () => {
		chain = await TestChain.open(parameters);
	});
	afterAll(() => chain.close());

	const phases = Object.entries({
		Root: PHASE.root,
		Search: PHASE.search,
		Leaf: PHASE.leaf,
		Partials: PHASE.partials,
	});
	const sides = Object.entries({ submitter: SIDE.submitter, challenger: SIDE.challenger });
	const cases = phases.flatMap(([phase, p]) => sides.map(([side, s]) => [side, phase, s, p] as const));
	test.each(cases)("the %s in %s", async (_side, _phase, side, phase) => {
		const snapshot = await chain.snapshot();
		const driver = await until(chain, parameters, phase, side);
		const { dispute, publishedAt } = driver.game.view(1);
		const last = lastSecond(turnOf(dispute, publishedAt, parameters));
		const [toMove, , end] = await chain.readCourt<[number, bigint, bigint]>("turn", [1]);
		expect([toMove, end]).toEqual([side, BigInt(last)]);
		const timeout = { type: "timeout", dispute: 1 } as const;
		await driver.wait(last - 1);
		expect(await driver.try(driver.stranger, timeout)).toBe("NotTimedOut");
		expect(driver.game.now).toBe(last - 1);
		expect(await driver.try(driver.stranger, timeout)).toBe("NotTimedOut");
		expect(driver.game.now).toBe(last);
		expect(await driver.try(driver.stranger, timeout)).toBe(undefined);
		const expected = side === SIDE.submitter ? CLAIM_STATUS.rejected : CLAIM_STATUS.live;
		expect((await chain.read<{ status: number }>("getClaim", [1])).status).toBe(expected);
		expect(await chain.balances()).toEqual(liabilities(driver.game.state));
		await chain.restore(snapshot);
	});
});
