import { liabilities, type Parameters } from "@umpire/game/state.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";

/** Gives the tests of a file one deployment, which is put back before each of them. */
export function chainPerTest(parameters: Parameters, use: (chain: TestChain) => void): void {
	let chain: TestChain;
	let snapshot: unknown;
	beforeAll(async () => {
		chain = await TestChain.open(parameters);
		snapshot = await chain.snapshot();
		use(chain);
	});
	beforeEach(async () => {
		await chain.restore(snapshot);
		snapshot = await chain.snapshot();
	});
	afterAll(() => chain.close());
}

/** Gives every test of a file a driver of its own. After each the contract must hold what it owes. */
export function driverPerTest(parameters: Parameters, use: (driver: ChainDriver) => void): void {
	let chain: TestChain;
	let driver: ChainDriver;
	chainPerTest(parameters, (opened) => {
		chain = opened;
	});
	beforeEach(async () => {
		driver = new ChainDriver(chain, parameters);
		await driver.sync();
		use(driver);
	});
	afterEach(async () => {
		expect(await chain.balances()).toEqual(liabilities(driver.game.state));
	});
}
