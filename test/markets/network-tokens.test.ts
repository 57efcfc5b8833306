import type { Hex } from "@umpire/commitment/constants.ts";
import { JOB_STATUS } from "@umpire/markets/network-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import {
	deployNetwork,
	NETWORK,
	NETWORK_CONTRACTS,
	type NetworkStage,
} from "@umpire/testing/markets/network-driver.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { NetworkPlay } from "./network-play.ts";
import { PROGRAMS } from "./random-grid-moves.ts";
import { JOB_TERMS } from "./random-network-moves.ts";

const MODE = { honest: 0, fee: 1, silent: 2, false: 3, reenter: 4, frozen: 5, burnGas: 6, lie: 7 } as const;
const REWARD = 100n;
/** So much that any of these calls has enough, and what a token can burn is little. */
const GAS = 1_500_000;
const ZERO: Hex = `0x${"00".repeat(32)}`;

let chain: TestChain;
let stage: NetworkStage;
let friendly: Deployed;
let token: Deployed;
let play: NetworkPlay;
let snapshot: unknown;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, NETWORK_CONTRACTS);
	stage = await deployNetwork(chain, { token: "HostileToken" });
	token = stage.token;
	friendly = await Deployed.deploy(chain, "TestToken");
	snapshot = await chain.snapshot();
});
beforeEach(async () => {
	await chain.restore(snapshot);
	snapshot = await chain.snapshot();
	play = new NetworkPlay(stage, await chain.time(), await chain.burned());
	await make(token, "mint", [play.client, 10n * REWARD]);
	await play.play(play.client, { type: "register", header: PROGRAMS[0].header });
});
afterAll(() => chain.close());

/** A call that is no move of the model. */
const make = (contract: Deployed, name: string, args: readonly unknown[], from: Hex = play.client) =>
	contract.send(from, name, args, { at: ++play.now });
const refusal = (from: Hex, name: string, args: readonly unknown[], value = 0n) =>
	stage.jobs.refusal(from, name, args, { value, at: ++play.now, gas: GAS });
const held = (of: Deployed) => of.read<bigint>("balanceOf", [stage.jobs.address]);
const termsIn = (of: Hex) => ({ ...JOB_TERMS, token: of, reward: REWARD });
const submitIn = async (mode: number) => {
	await make(token, "setMode", [mode]);
	return refusal(play.client, "submit", [termsIn(token.address)], NETWORK.jobFee);
};

/** Two jobs in the token, which two workers have done. */
async function verified(): Promise<readonly Hex[]> {
	const workers = play.workers.slice(0, 2);
	for (const worker of workers) {
		await play.register(worker, 1000n, { tokens: [{ token: token.address, least: 1n }] });
	}
	await play.apply();
	const jobs = [await play.submit(termsIn(token.address)), await play.submit(termsIn(token.address))];
	await play.draw();
	const claims: number[] = [];
	for (const job of jobs) {
		await play.play(play.job(job).worker, { type: "accept", job });
		claims.push(await play.complete(job));
	}
	await play.finalise(...claims);
	expect(jobs.map((job) => play.job(job).status)).toEqual([JOB_STATUS.verified, JOB_STATUS.verified]);
	return jobs.map((job) => play.job(job).worker);
}

describe("T2: a reward is taken exactly, or not at all", () => {
	test.each(["fee", "false", "frozen", "burnGas", "lie"] as const)("of a token with %s", async (mode) => {
		const refused = await submitIn(MODE[mode]);
		// A token that lies about its balances deceives only whoever chose it, and who takes it.
		if (mode === "lie") expect(refused).toBe(undefined);
		else {
			expect(refused).not.toBe(undefined);
			expect(await stage.jobs.read("liabilities", [token.address])).toBe(0n);
			expect(await stage.jobs.read("liabilities", [ETHER])).toBe(0n);
			expect(await stage.jobs.read("jobCount")).toBe(0n);
			expect(await held(token)).toBe(0n);
		}
	});

	test("of one that has barred the contract, and of one that returns nothing", async () => {
		expect(await submitIn(MODE.silent)).toBe(undefined);
		expect(await held(token)).toBe(REWARD);
		await make(token, "bar", [stage.jobs.address]);
		expect(await submitIn(MODE.honest)).toBe("TransferFrozen");
	});

	test("not if the balance afterwards is less than what is owed", async () => {
		expect(await submitIn(MODE.honest)).toBe(undefined);
		await make(token, "shrink", [4n]);
		expect(await submitIn(MODE.honest)).toBe("WrongTransfer");
		await make(token, "shrink", [1n]);
		expect(await submitIn(MODE.honest)).toBe(undefined);
	});
});

test("T1: a token that calls back while it is transferred gets nothing moved", async () => {
	expect(await submitIn(MODE.honest)).toBe(undefined);
	await make(token, "setMode", [MODE.reenter]);
	// The token is itself a client, whose own job within the outer one would count the transfer twice.
	const entries: readonly (readonly [string, readonly unknown[]])[] = [
		["submit", [termsIn(token.address)]],
		["submitWithPermit", [termsIn(token.address), 0n, 0, ZERO, ZERO]],
		["cancel", [1n]],
		["draw", [1n]],
		["accept", [1n]],
		["decline", [1n]],
		["lapse", [1n]],
		["take", [1n]],
		["sync", [1n, 1n]],
		["expire", [1n]],
		["withdrawTo", [token.address, play.client]],
	];
	const state = stage.jobs.abi.filter(
		(entry) => entry.type === "function" && entry.stateMutability !== "view",
	);
	expect(entries.length).toBe(state.length);
	for (const [name, args] of entries) {
		const before = await chain.snapshot();
		const { now } = play;
		const data = stage.jobs.callOf(name, args);
		await make(token, "setPlan", [{ target: stage.jobs.address, value: 0n, data }]);
		const terms = [termsIn(token.address)];
		expect(await refusal(play.client, "submit", terms, NETWORK.jobFee), name).toBe(undefined);
		expect(await token.read("succeeded"), name).toBe(false);
		expect(await token.read("answer"), name).toBe("0x3ee5aeb5");
		expect(await held(token)).toBe(2n * REWARD);
		expect(await stage.jobs.read("liabilities", [token.address])).toBe(2n * REWARD);
		await chain.restore(before);
		play.now = now;
	}
});

test("T3: an address without code is no token, and a permit that fails is no failure: the allowance counts", async () => {
	expect(await refusal(play.client, "submit", [termsIn(play.stranger)], NETWORK.jobFee)).toBe("NotAToken");
	await make(friendly, "mint", [play.client, REWARD]);
	const permit = [termsIn(friendly.address), 0n, 27, ZERO, ZERO];
	expect(await refusal(play.client, "submitWithPermit", permit, NETWORK.jobFee)).toBe(
		"ERC20InsufficientAllowance",
	);
	await make(friendly, "approve", [stage.jobs.address, REWARD]);
	expect(await refusal(play.client, "submitWithPermit", permit, NETWORK.jobFee)).toBe(undefined);
	expect(await held(friendly)).toBe(REWARD);
	const inEther = [{ ...JOB_TERMS, token: ETHER }, ...permit.slice(1)];
	expect(await refusal(play.client, "submitWithPermit", inEther, NETWORK.jobFee + REWARD)).toBe("NotAToken");
});

describe("T4, T5, T6: payments are pulled, token by token", () => {
	test("T4: a payee that a token has barred names another recipient, and loses nothing meanwhile", async () => {
		const [worker, other] = await verified();
		await make(token, "bar", [worker]);
		expect(await refusal(worker, "withdrawTo", [token.address, worker])).toBe("TransferFrozen");
		expect(await stage.jobs.read("owed", [token.address, worker])).toBe(REWARD);
		const to = { type: "withdrawFrom", contract: "jobs", token: token.address } as const;
		await play.play(worker, { ...to, recipient: play.stranger });
		expect(await token.read("balanceOf", [play.stranger])).toBe(REWARD);
		await play.play(other, { ...to, recipient: other });
	});

	test("T5: a token that shrinks or freezes takes nothing from another, nor from a stake", async () => {
		const [worker, other] = await verified();
		await make(friendly, "mint", [play.client, REWARD]);
		await make(friendly, "approve", [stage.jobs.address, REWARD]);
		await play.submit(termsIn(friendly.address));
		await make(token, "shrink", [2n]);
		const to = { type: "withdrawFrom", contract: "jobs", token: token.address } as const;
		await play.play(worker, { ...to, recipient: worker });
		expect(await refusal(other, "withdrawTo", [token.address, other])).not.toBe(undefined);
		await make(token, "setMode", [MODE.frozen]);
		expect(await held(friendly)).toBe(REWARD);
		await play.play(play.client, {
			type: "withdrawFrom",
			contract: "jobs",
			token: ETHER,
			recipient: play.client,
		});
		await play.play(other, { type: "leave" });
		await play.draw();
		if (play.world.changes.length > 0) await play.apply();
		play.wait(play.now + NETWORK.exitDelay);
		await play.play(play.stranger, { type: "exit", worker: other });
		expect(play.owed("workers", other)).toBe(1000n);
	});

	test("T6: a job in a token takes its fees in ether, and what a false claim costs is ether", async () => {
		const terms = [termsIn(token.address)];
		expect(await refusal(play.client, "submit", terms, NETWORK.jobFee + REWARD)).toBe("WrongValue");
		expect(await refusal(play.client, "submit", terms)).toBe("WrongValue");
		expect(await refusal(play.client, "submit", terms, NETWORK.jobFee)).toBe(undefined);
		expect(await stage.jobs.read("liabilities", [ETHER])).toBe(NETWORK.jobFee - stage.fee);
	});
});
