import { longestDispute, predictedRounds } from "@umpire/game/search.ts";
import { CLAIM_STATUS, owedTo } from "@umpire/game/state.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { crowd } from "./crowd.ts";
import type { Place } from "./false-challenger.ts";
import { endAll, payOut } from "./honest-party.ts";

/** Every transaction has a second of its own: time for 100 challenges, and for what each adds. */
const parameters = { ...PARAMETERS, challengePeriod: 400, crowding: 3 };
const { challengePeriod, submitterBond, challengerBond, burnPermille } = parameters;
const KEPT = (challengerBond * BigInt(1000 - burnPermille)) / 1000n;
const FEE = 70n;
const LEAVES = 10;
/** Each has its own values, so that places of different operators share no node below the operators' window. */
const operators = Array.from({ length: 11 }, (_, i) => ({
	width: 16 as const,
	elements: 75 * LEAVES,
	outside: i - 3,
	parts: i === 0 ? 3 : 1,
}));
const eager = new ToyTrace(new ToyProgram(operators, 2, 1));
const lazy = new ToyTrace(new ToyProgram(operators, 2, 1, true));
const segments = new ToyTrace(new ToyProgram(operators, 3, 1, false, 2));
/** A cone in parts, and ten places in as many leaves of as many tensors. */
const PARTS: Place = { step: 0, operator: 0, element: 0 };
const PLACES = Array.from({ length: 10 }, (_, i) => ({
	step: i % 2,
	operator: 1 + i,
	element: 75 * i,
}));

let chain: TestChain;
beforeAll(async () => {
	chain = await TestChain.open(parameters);
});
afterAll(() => chain.close());

const CROWDS = [1, 10, 100] as const;

describe("a true claim is final after the challenge period and the longest dispute of a crowd", () => {
	const cases = CROWDS.flatMap((count) => [
		[count, "eager", eager] as const,
		[count, "lazy", lazy] as const,
		[count, "in segments", segments] as const,
	]);
	test.each(cases)("of %i, %s", async (count, _, trace) => {
		const snapshot = await chain.snapshot();
		const driver = new ChainDriver(chain, parameters);
		await driver.sync();
		const ended = await crowd(driver, trace, await driver.claimToy(trace), count, [PARTS]);
		const [{ claimedAt, status }] = driver.game.state.claims;
		expect(status).toBe(CLAIM_STATUS.live);
		const most = longestDispute(trace.program.header, LEAVES, parameters, count);
		const bound = claimedAt + challengePeriod + most;
		if (count === 1) expect(ended).toBe(bound);
		// here every transaction has a second of its own, also the timeouts
		else expect(ended).toBeLessThanOrEqual(bound + count);
		await driver.play(driver.stranger, { type: "finalise", claim: 1 });
		expect(owedTo(driver.game.state, driver.submitter)).toBe(submitterBond + FEE + BigInt(count) * KEPT);
		await endAll(driver, driver.stranger);
		expect(await payOut(driver, chain.accounts)).toBe(0n);
		await chain.restore(snapshot);
	});
});

describe("what is published serves all disputes", () => {
	const gasOf = async (count: number, places: readonly Place[]): Promise<{ sent: number; gas: number }> => {
		const snapshot = await chain.snapshot();
		const driver = new ChainDriver(chain, parameters);
		await driver.sync();
		await crowd(driver, eager, await driver.claimToy(eager), count, places);
		const { openings, leaves } = driver.game.state;
		const gas = driver.spentOn.get("open")! + driver.spentOn.get("publishLeaf")!;
		await chain.restore(snapshot);
		return { sent: openings.size + leaves.size, gas };
	};

	test("the submitter's gas grows with what is demanded, not with the challengers", async () => {
		const [first] = PLACES;
		const one = await gasOf(1, [first]);
		const rounds = predictedRounds(eager.program.header, LEAVES, parameters);
		expect(one.sent).toBe(rounds);
		expect(await gasOf(10, [first])).toEqual(one);
		expect(await gasOf(100, [first])).toEqual(one);
		const ten = await gasOf(10, PLACES);
		expect(ten.sent).toBeGreaterThan(2 * one.sent);
		expect(await gasOf(100, PLACES)).toEqual(ten);
	});
});
