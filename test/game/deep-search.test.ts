import { DEFAULT_PARAMETERS } from "@umpire/chain/deploy.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HonestParty } from "./honest-party.ts";

let chain: TestChain;
beforeAll(async () => {
	chain = await TestChain.open(DEFAULT_PARAMETERS);
});
afterAll(() => chain.close());

/** One level more than one answer may pass. */
const LEVELS = DEFAULT_PARAMETERS.depth + 1;
const OF_A_LEAF = 155;

test("a subtree of one level too many is opened in two answers of about as many levels each", async () => {
	const elements = 2 ** LEVELS * OF_A_LEAF;
	const program = new ToyProgram([{ width: 8, elements, outside: 7, parts: 1 }], 1, 0);
	const right = new ToyTrace(program);
	const wrong = new ToyTrace(program, [{ step: 0, operator: 0, element: elements - 1, by: 3 }]);
	// Every move is made on the contracts and in the model: both have to demand the same nodes.
	const driver = new ChainDriver(chain, DEFAULT_PARAMETERS);
	await driver.sync();
	await driver.claimToy(wrong);
	const submitter = new HonestParty(driver, driver.submitter, wrong, { delay: 0, outage: undefined });
	const challenger = new HonestParty(driver, driver.challenger, right, { delay: 0, outage: undefined });
	await driver.challengeToy(right, 1);
	while (driver.game.state.claims[0].status === CLAIM_STATUS.live) {
		await submitter.passTo(driver.game.now + 1);
		await challenger.passTo(driver.game.now + 1);
	}
	expect(driver.game.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
	expect(driver.game.state.openings.size).toBe(2);
});
