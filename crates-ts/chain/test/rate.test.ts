import { mnemonicToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, signerFor } from "../src/connection.ts";
import { deploy } from "../src/deploy.ts";
import { ChainError } from "../src/errors.ts";
import { PRESETS } from "../src/presets.ts";
import { connectPrivate } from "../src/private-chain.ts";
import { crowdingFor, measuredRate, type Rate, requireCrowding } from "../src/rate.ts";

const account = mnemonicToAccount("test test test test test test test test test test test junk");
const { parameters } = PRESETS.mainnet;
let chain: Connection;
const request = (method: string, ...params: unknown[]) =>
	(chain.reader.request as (args: { method: string; params: unknown[] }) => Promise<unknown>)({
		method,
		params,
	});
/** Mines blocks so many seconds after each other. */
async function mine(blocks: number, seconds: number): Promise<void> {
	await request("hardhat_mine", `0x${blocks.toString(16)}`, `0x${seconds.toString(16)}`);
}
const rateOf = (gasPerBlock: number, secondsPerBlock: number): Rate => ({
	blocks: 100,
	gasPerBlock,
	secondsPerBlock,
	gasPerSecond: gasPerBlock / 7 / secondsPerBlock,
});

beforeAll(async () => {
	chain = await connectPrivate();
});
afterAll(() => chain.close());

describe("the rate of a chain", () => {
	it("is a seventh of what its newest blocks take", async () => {
		expect(await measuredRate(chain)).toBeUndefined();
		await request("evm_setAutomine", false);
		await mine(9, 12);
		expect(await measuredRate(chain)).toBeUndefined();
		// The blocks that are looked at reach back a hundred blocks: older ones do not count.
		await mine(101, 12);
		const { gasLimit } = await chain.reader.getBlock({ blockTag: "latest" });
		const gasPerBlock = Number(gasLimit);
		expect(await measuredRate(chain)).toEqual(rateOf(gasPerBlock, 12));
		await mine(101, 2);
		expect(await measuredRate(chain)).toEqual(rateOf(gasPerBlock, 2));
	});

	it("is what a deployment's crowding is checked against", async () => {
		await request("evm_setAutomine", false);
		await mine(101, 60);
		const rates: (Rate | undefined)[] = [];
		const onRate = (rate: Rate | undefined) => rates.push(rate);
		const nonce = () => chain.reader.getTransactionCount({ address: account.address, blockTag: "pending" });
		const before = await nonce();
		const failure = await deploy(signerFor(chain, account), parameters, () => {}, { onRate }).catch((e) => e);
		expect(failure).toBeInstanceOf(ChainError);
		const least = crowdingFor(rates[0]!, parameters);
		expect(failure.message).toContain(`Deploy with --crowding ${least}, or with --unchecked-crowding`);
		expect(await nonce()).toBe(before);
		// What is not checked is deployed: its first contract is on its way.
		const sender = signerFor(chain, account, { mostWait: 50 });
		await expect(deploy(sender, parameters, () => {}, { uncheckedCrowding: true })).rejects.toThrow(
			/has not been mined/,
		);
		expect(await nonce()).toBe(before + 1);
	});
});

describe("the least crowding", () => {
	it("has room for the dearest answers, at the rate of an actor", () => {
		expect(crowdingFor(rateOf(60e6, 12), parameters)).toBe(2);
		expect(crowdingFor(rateOf(30e6, 12), parameters)).toBe(4);
		expect(crowdingFor(rateOf(60e6, 2), parameters)).toBe(1);
		// One transaction on its way at a time: one in each block.
		expect(crowdingFor(rateOf(60e6, 12), parameters, 1)).toBe(24);
	});

	it("is just enough, and a second less is refused", () => {
		for (const rate of [rateOf(60e6, 12), rateOf(17e6, 3)]) {
			const crowding = crowdingFor(rate, parameters);
			expect(() => requireCrowding({ ...parameters, crowding }, rate)).not.toThrow();
			expect(() => requireCrowding({ ...parameters, crowding: crowding - 1 }, rate)).toThrow(ChainError);
		}
	});

	it("is not longer than the presets', at the rates that they name", () => {
		const blocks = { test: 12, rollup: 2, mainnet: 12 } as const;
		for (const [name, seconds] of Object.entries(blocks)) {
			const preset = PRESETS[name as keyof typeof PRESETS];
			const rate = { ...rateOf(0, seconds), gasPerSecond: preset.gasPerSecond };
			expect(() => requireCrowding(preset.parameters, rate), name).not.toThrow();
		}
	});
});
