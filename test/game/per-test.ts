import { liabilities, type Parameters } from "@umpire/game/state.ts";
import { Bench } from "@umpire/testing/chain/bench.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";

/** Gives the tests of a file one deployment, which is put back before each of them. */
export function courtPerTest(parameters: Parameters, use: (chain: TestChain) => void): void {
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

/** Gives every test of a file a bench of its own. After each the contract must hold what it owes. */
export function benchPerTest(parameters: Parameters, use: (bench: Bench) => void): void {
	let chain: TestChain;
	let bench: Bench;
	courtPerTest(parameters, (opened) => {
		chain = opened;
	});
	beforeEach(async () => {
		bench = new Bench(chain, parameters);
		await bench.sync();
		use(bench);
	});
	afterEach(async () => {
		expect(await chain.balances()).toEqual(liabilities(bench.table.state));
	});
}
