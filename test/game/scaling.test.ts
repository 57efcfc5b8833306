import { DEFAULT_PARAMETERS } from "@umpire/chain/deploy.ts";
import { programSize, submitterGas } from "@umpire/game/gas-bounds.ts";
import { predictedRounds } from "@umpire/game/search.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { type ToyOperator, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HonestParty } from "./honest-party.ts";

/** What a dispute over 100,000 operators costs both sides at most, without the verification of its proof. */
const MOST_GAS = 1_500_000;
/** What one round costs both sides: 64 nodes opened, one of them named. */
const GAS_OF_ROUND = 230_000;
const { depth } = DEFAULT_PARAMETERS;

let chain: TestChain;
beforeAll(async () => {
	chain = await TestChain.open(DEFAULT_PARAMETERS);
});
afterAll(() => chain.close());

/** Plays a dispute about the last operator of `count`, from its challenge to the verdict. */
async function dispute(count: number) {
	const operator: ToyOperator = { width: 16, elements: 700, outside: 7, parts: 1 };
	const program = new ToyProgram(new Array<ToyOperator>(count).fill(operator), 1, 0);
	const right = new ToyTrace(program);
	const wrong = new ToyTrace(program, [{ step: 0, operator: count - 1, element: 699, by: 3 }]);
	const snapshot = await chain.snapshot();
	const driver = new ChainDriver(chain, DEFAULT_PARAMETERS);
	await driver.sync();
	await driver.claimToy(wrong);
	const [before, forced] = [driver.spent, driver.spentBy.get(driver.submitter)!];
	const submitter = new HonestParty(driver, driver.submitter, wrong, { delay: 0, outage: undefined });
	const challenger = new HonestParty(driver, driver.challenger, right, { delay: 0, outage: undefined });
	await driver.challengeToy(right, 1);
	while (driver.game.state.claims[0].status === CLAIM_STATUS.live) {
		await submitter.passTo(driver.game.now + 1);
		await challenger.passTo(driver.game.now + 1);
	}
	expect(driver.game.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
	await chain.restore(snapshot);
	const { openings, leaves } = driver.game.state;
	const size = programSize(program.header, program.descriptors);
	expect(driver.spentBy.get(driver.submitter)! - forced).toBeLessThanOrEqual(
		submitterGas(size, DEFAULT_PARAMETERS),
	);
	const rounds = openings.size + leaves.size;
	expect(rounds).toBeLessThanOrEqual(predictedRounds(program.header, 10, DEFAULT_PARAMETERS));
	return { rounds, gas: driver.spent - before };
}

test("rounds and gas of a dispute grow with the logarithm of the number of operators", async () => {
	const [ten, thousand, most] = [await dispute(10), await dispute(1000), await dispute(100_000)];
	for (const [{ rounds, gas }, factor] of [
		[thousand, 100],
		[most, 10_000],
	] as const) {
		const further = Math.ceil(Math.log2(factor) / depth) + 1;
		expect(rounds).toBeLessThanOrEqual(ten.rounds + further);
		expect(gas).toBeLessThanOrEqual(ten.gas + further * GAS_OF_ROUND);
	}
	expect(most.gas).toBeLessThan(MOST_GAS);
});
