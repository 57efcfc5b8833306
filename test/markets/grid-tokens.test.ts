import type { Hex } from "@umpire/commitment/constants.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { deployGrid, GRID_CONTRACTS, type GridStage } from "@umpire/testing/markets/grid-driver.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GridPlay } from "./grid-play.ts";
import { TERMS } from "./random-grid-moves.ts";

const MODE = { honest: 0, fee: 1, silent: 2, false: 3, reenter: 4, frozen: 5, burnGas: 6, lie: 7 } as const;
const { bounty, stake } = TERMS;
const SHARE = 50n;
/** So much that any of these calls has enough, and what a token can burn is little. */
const GAS = 1_000_000;

let chain: TestChain;
let stage: GridStage;
let friendly: Deployed;
let token: Deployed;
let play: GridPlay;
let snapshot: unknown;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, [...GRID_CONTRACTS, "HostileAccount"]);
	stage = await deployGrid(chain, { token: "HostileToken" });
	token = stage.token;
	friendly = await Deployed.deploy(chain, "TestToken");
	snapshot = await chain.snapshot();
});
beforeEach(async () => {
	await chain.restore(snapshot);
	snapshot = await chain.snapshot();
	play = new GridPlay(stage, await chain.time(), await chain.burned());
	await make(token, "mint", [play.client, 10n * bounty]);
});
afterAll(() => chain.close());

/** A call that is no move of the model. */
const make = (contract: Deployed, name: string, args: readonly unknown[], from: Hex = play.client) =>
	contract.send(from, name, args, { at: ++play.now });
const refusal = (from: Hex, name: string, args: readonly unknown[], value = 0n) =>
	stage.grid.refusal(from, name, args, { value, at: ++play.now, gas: GAS });
const held = (of: Deployed) => of.read<bigint>("balanceOf", [stage.grid.address]);
const fees = () => stage.fee * BigInt(TERMS.rounds);
const startIn = (mode: number) =>
	make(token, "setMode", [mode]).then(() => refusal(play.client, "start", [1n], fees()));

/** A grid of two points in the token, whose two workers have been paid their shares. */
async function accepted(): Promise<readonly Hex[]> {
	await play.begin(2, { token: token.address });
	const workers = play.workers.slice(0, 2);
	await play.deal(0, workers);
	await play.finalise(await play.claim(workers[0], 1), await play.claim(workers[1]));
	return workers;
}

describe("T2: a bounty is taken exactly, or not at all", () => {
	test.each(["fee", "false", "frozen", "burnGas", "lie"] as const)("of a token with %s", async (mode) => {
		await play.fill(2, { token: token.address });
		const refused = await startIn(MODE[mode]);
		// A token that lies about its balances deceives only whoever chose it.
		if (mode === "lie") expect(refused).toBe(undefined);
		else {
			expect(refused).not.toBe(undefined);
			expect(await stage.grid.read("liabilities", [token.address])).toBe(0n);
			expect(await held(token)).toBe(0n);
		}
	});

	test("not if less arrives, even where all that is owed is there", async () => {
		await make(token, "mint", [stage.grid.address, bounty]);
		await play.fill(2, { token: token.address });
		expect(await startIn(MODE.fee)).toBe("WrongTransfer");
		expect(await startIn(MODE.honest)).toBe(undefined);
	});

	test("of one that has barred the contract", async () => {
		await play.fill(2, { token: token.address });
		await make(token, "bar", [stage.grid.address]);
		expect(await refusal(play.client, "start", [1n], fees())).toBe("TransferFrozen");
		expect(await stage.grid.read("liabilities", [ETHER])).toBe(0n);
	});

	test("and of one that returns nothing", async () => {
		await play.fill(2, { token: token.address });
		expect(await startIn(MODE.silent)).toBe(undefined);
		expect(await held(token)).toBe(bounty);
	});

	test("not if the balance afterwards is less than what is owed", async () => {
		await play.begin(2, { token: token.address });
		await play.fill(2, { token: token.address });
		await make(token, "shrink", [4n]);
		expect(await refusal(play.client, "start", [2n], fees())).toBe("WrongTransfer");
		await make(token, "shrink", [1n]);
		expect(await refusal(play.client, "start", [2n], fees())).toBe(undefined);
	});
});

describe("T1: one lock for all entries that move money", () => {
	test("a token that calls back while it is transferred gets nothing moved", async () => {
		await play.begin(2, { token: token.address });
		await play.fill(2, { token: token.address });
		await make(token, "setMode", [MODE.reenter]);
		// The token is itself a client, whose own start within the outer one would count the transfer twice.
		const signature = `0x${"00".repeat(32)}`;
		const entries: readonly (readonly [string, readonly unknown[]])[] = [
			["start", [3n]],
			["startWithPermit", [3n, 0n, 0, signature, signature]],
			["join", [1n, 0n]],
			["draw", [1n, 1n]],
			["sync", [1n, 0n, 1n]],
			["expire", [1n, 0n]],
			["close", [1n]],
			["withdrawTo", [token.address, play.client]],
			["onFinal", [1n, 1n, signature, [0n, 0n, 0n, 0n, 0n]]],
			["onRejected", [1n, 1n]],
		];
		const locked = stage.grid.abi.flatMap((entry) =>
			entry.type === "error" && entry.name === "ReentrancyGuardReentrantCall" ? [entry] : [],
		);
		expect(locked.length).toBe(1);
		const before = await chain.snapshot();
		let last = before;
		for (const [name, args] of entries) {
			await chain.restore(last);
			last = await chain.snapshot();
			play.now = await chain.time();
			const data = stage.grid.callOf(name, args);
			await make(token, "setPlan", [{ target: stage.grid.address, value: 0n, data }]);
			expect(await refusal(play.client, "start", [2n], fees()), name).toBe(undefined);
			expect(await token.read("succeeded"), name).toBe(false);
			expect(await token.read("answer"), name).toBe("0x3ee5aeb5");
			expect(await held(token)).toBe(2n * bounty);
			expect(await stage.grid.read("liabilities", [token.address])).toBe(2n * bounty);
		}
	});
});

describe("T3: what is no token, and allowances by signature", () => {
	test("an address without code is no token", async () => {
		const terms = { ...TERMS, token: play.stranger };
		await play.fill(0);
		expect(await refusal(play.client, "open", [terms])).toBe("NotAToken");
	});

	test("a permit that fails, or was used before, is no failure: what counts is the allowance", async () => {
		await play.fill(2, { token: friendly.address });
		await make(friendly, "mint", [play.client, bounty]);
		const zero = `0x${"00".repeat(32)}`;
		const permit = [1n, 0n, 27, zero, zero];
		expect(await refusal(play.client, "startWithPermit", permit, fees())).toBe("ERC20InsufficientAllowance");
		await make(friendly, "approve", [stage.grid.address, bounty]);
		expect(await refusal(play.client, "startWithPermit", permit, fees())).toBe(undefined);
		expect(await held(friendly)).toBe(bounty);
		await play.fill(2);
		expect(await refusal(play.client, "startWithPermit", [2n, ...permit.slice(1)], fees() + bounty)).toBe(
			"NotAToken",
		);
	});
});

describe("T4, T5: payments are pulled, token by token", () => {
	test("a payee that a token has barred names another recipient, and loses nothing meanwhile", async () => {
		const [worker, other] = await accepted();
		await make(token, "bar", [worker]);
		expect(await refusal(worker, "withdrawTo", [token.address, worker])).toBe("TransferFrozen");
		expect(await stage.grid.read("owed", [token.address, worker])).toBe(SHARE);
		await play.play(worker, { type: "withdrawTo", token: token.address, recipient: play.stranger });
		expect(await token.read("balanceOf", [play.stranger])).toBe(SHARE);
		await play.play(other, { type: "withdrawTo", token: token.address, recipient: other });
	});

	test.each(["false", "frozen", "burnGas"] as const)(
		"a token with %s holds back its own payments only",
		async (mode) => {
			const [worker] = await accepted();
			await make(token, "setMode", [MODE[mode]]);
			expect(await refusal(worker, "withdrawTo", [token.address, worker])).not.toBe(undefined);
			expect(await stage.grid.read("owed", [token.address, worker])).toBe(SHARE);
			await play.play(worker, { type: "withdrawTo", token: ETHER, recipient: worker });
			await play.play(play.stranger, { type: "close", grid: 1 });
			await make(token, "setMode", [MODE.honest]);
			await play.play(worker, { type: "withdrawTo", token: token.address, recipient: worker });
			expect(await token.read("balanceOf", [worker])).toBe(SHARE + 1n);
		},
	);

	test("a token that shrinks takes nothing from another", async () => {
		const [worker, other] = await accepted();
		await make(friendly, "mint", [play.client, bounty]);
		await make(friendly, "approve", [stage.grid.address, bounty]);
		await play.begin(2, { token: friendly.address });
		await make(token, "shrink", [2n]);
		await play.play(worker, { type: "withdrawTo", token: token.address, recipient: worker });
		expect(await refusal(other, "withdrawTo", [token.address, other])).not.toBe(undefined);
		expect(await held(friendly)).toBe(bounty);
		await play.play(other, { type: "withdrawTo", token: ETHER, recipient: other });
	});

	test("a recipient that refuses ether leaves the ledger as it was", async () => {
		await play.begin(2, { token: token.address });
		const [worker] = play.workers;
		await play.deal(0, [worker]);
		await play.finalise(await play.claim(worker));
		const refusing = await chain.deploy("HostileAccount", [1]);
		play.now = await chain.time();
		expect(await refusal(worker, "withdrawTo", [ETHER, refusing])).toBe("PaymentRefused");
		expect(await stage.grid.read("owed", [ETHER, worker])).toBe(stake);
		const before = await chain.balance(play.stranger);
		const liabilities = () => stage.grid.read<bigint>("liabilities", [ETHER]);
		const held = await liabilities();
		await play.play(worker, { type: "withdrawTo", token: ETHER, recipient: play.stranger });
		expect(await liabilities()).toBe(held - stake);
		expect((await chain.balance(play.stranger)) - before).toBe(stake);
		expect(await refusal(worker, "withdrawTo", [ETHER, worker])).toBe("NothingToWithdraw");
	});

	test("T6: a stake is ether, and a start in a token takes no ether but the beacon's fees", async () => {
		await play.fill(2, { token: token.address });
		expect(await refusal(play.client, "start", [1n], fees() + bounty)).toBe("WrongValue");
		expect(await refusal(play.client, "start", [1n], fees())).toBe(undefined);
		expect(await refusal(play.workers[0], "join", [1n, 0n])).toBe("WrongValue");
		expect(await refusal(play.workers[0], "join", [1n, 0n], stake)).toBe(undefined);
		expect(await stage.grid.read("liabilities", [ETHER])).toBe(fees() - stage.fee + stake);
	});
});
