import type { Hex } from "@umpire/commitment/constants.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { BOUNTY_CONTRACTS, type BountyStage, deployBounties } from "@umpire/testing/markets/bounty-driver.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BountyPlay, PROGRAM, small, TERMS } from "./bounty-play.ts";

const MODE = { honest: 0, fee: 1, silent: 2, false: 3, reenter: 4, frozen: 5, burnGas: 6, lie: 7 } as const;
const { pool: POOL, deposit: DEPOSIT, rate } = TERMS;
/** So much that any of these calls has enough, and what a token can burn is little. */
const GAS = 1_500_000;
const ZERO: Hex = `0x${"00".repeat(32)}`;
const NO_LEAF = { words: [0n, 0n, 0n, 0n, 0n], digest: 0n };

let chain: TestChain;
let stage: BountyStage;
let friendly: Deployed;
let token: Deployed;
let play: BountyPlay;
let snapshot: unknown;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, BOUNTY_CONTRACTS);
	stage = await deployBounties(chain, { token: "HostileToken" });
	token = stage.token;
	friendly = await Deployed.deploy(chain, "TestToken");
	snapshot = await chain.snapshot();
});
beforeEach(async () => {
	await chain.restore(snapshot);
	snapshot = await chain.snapshot();
	play = new BountyPlay(stage, await chain.time(), await chain.burned());
	await make(token, "mint", [play.owner, 10n * POOL]);
	await play.play(play.owner, { type: "register", header: PROGRAM.header });
});
afterAll(() => chain.close());

/** A call that is no move of the model. */
const make = (contract: Deployed, name: string, args: readonly unknown[], from: Hex = play.owner) =>
	contract.send(from, name, args, { at: ++play.now });
const refusal = (from: Hex, name: string, args: readonly unknown[], value = 0n) =>
	stage.bounties.refusal(from, name, args, { value, at: ++play.now, gas: GAS });
const held = (of: Deployed) => of.read<bigint>("balanceOf", [stage.bounties.address]);
const termsIn = (of: Hex) => ({ ...TERMS, token: of });
const fees = () => BigInt(TERMS.paidRounds) * stage.fee;
const openIn = async (mode: number) => {
	await make(token, "setMode", [mode]);
	return refusal(play.owner, "open", [termsIn(token.address)], fees());
};

describe("T2: a pool is taken exactly, or not at all", () => {
	test.each(["fee", "false", "frozen", "burnGas", "lie"] as const)("of a token with %s", async (mode) => {
		const refused = await openIn(MODE[mode]);
		// A token that lies about its balances deceives only whoever chose it, and who takes it.
		if (mode === "lie") expect(refused).toBe(undefined);
		else {
			expect(refused).not.toBe(undefined);
			expect(await stage.bounties.read("liabilities", [token.address])).toBe(0n);
			expect(await stage.bounties.read("liabilities", [ETHER])).toBe(0n);
			expect(await stage.bounties.read("bountyCount")).toBe(0n);
			expect(await held(token)).toBe(0n);
		}
	});

	test("of one that returns nothing, and not if the balance afterwards is less than what is owed", async () => {
		expect(await openIn(MODE.silent)).toBe(undefined);
		expect(await held(token)).toBe(POOL);
		await make(token, "shrink", [4n]);
		expect(await openIn(MODE.honest)).toBe("WrongTransfer");
		await make(token, "shrink", [1n]);
		expect(await openIn(MODE.honest)).toBe(undefined);
	});
});

test("T1: a token that calls back while it is transferred gets nothing moved", async () => {
	expect(await openIn(MODE.honest)).toBe(undefined);
	await make(token, "setMode", [MODE.reenter]);
	// The token is itself an owner, whose own bounty within the outer one would count the transfer twice.
	const entries: readonly (readonly [string, readonly unknown[]])[] = [
		["open", [termsIn(token.address)]],
		["openWithPermit", [termsIn(token.address), 0n, 0, ZERO, ZERO]],
		["commit", [1n, 1n, ZERO]],
		["reveal", [1n, ZERO, ZERO, 0n, []]],
		["mismatch", [1n, 0n, NO_LEAF, []]],
		["begin", [1n]],
		["ask", [1n]],
		["askAnybody", [1n]],
		["sync", [1n, 1n]],
		["expire", [1n]],
		["giveBack", [1n]],
		["close", [1n]],
		["end", [1n]],
		["withdrawTo", [token.address, play.owner]],
	];
	const state = stage.bounties.abi.filter(
		(entry) => entry.type === "function" && !["view", "pure"].includes(entry.stateMutability),
	);
	expect(entries.length).toBe(state.length);
	for (const [name, args] of entries) {
		const before = await chain.snapshot();
		const { now } = play;
		const data = stage.bounties.callOf(name, args);
		await make(token, "setPlan", [{ target: stage.bounties.address, value: 0n, data }]);
		expect(await refusal(play.owner, "open", [termsIn(token.address)], fees()), name).toBe(undefined);
		expect(await token.read("succeeded"), name).toBe(false);
		expect(await token.read("answer"), name).toBe("0x3ee5aeb5");
		expect(await held(token)).toBe(2n * POOL);
		expect(await stage.bounties.read("liabilities", [token.address])).toBe(2n * POOL);
		await chain.restore(before);
		play.now = now;
	}
});

test("T3: an address without code is no token, and a permit that fails is no failure: the allowance counts", async () => {
	expect(await refusal(play.owner, "open", [termsIn(play.stranger)], fees())).toBe("NotAToken");
	await make(friendly, "mint", [play.owner, POOL]);
	const permit = [termsIn(friendly.address), 0n, 27, ZERO, ZERO];
	expect(await refusal(play.owner, "openWithPermit", permit, fees())).toBe("ERC20InsufficientAllowance");
	await make(friendly, "approve", [stage.bounties.address, POOL]);
	expect(await refusal(play.owner, "openWithPermit", permit, fees())).toBe(undefined);
	expect(await held(friendly)).toBe(POOL);
	const inEther = [TERMS, ...permit.slice(1)];
	expect(await refusal(play.owner, "openWithPermit", inEther, fees() + POOL)).toBe("NotAToken");
});

describe("T4, T5, T6: payments are pulled, token by token", () => {
	test("T4, T6: a winner that a token has barred names another recipient; its deposit is ether", async () => {
		const [first] = play.contributors;
		await play.open(termsIn(token.address));
		expect(play.world.ledger.liabilities.get(ETHER)).toBe(fees());
		await play.improve(first, 6, 1);
		await make(token, "bar", [first]);
		expect(await refusal(first, "withdrawTo", [token.address, first])).toBe("TransferFrozen");
		expect(await stage.bounties.read("owed", [token.address, first])).toBe(6n * rate);
		await play.play(first, { type: "withdrawTo", token: token.address, recipient: play.stranger });
		expect(await token.read("balanceOf", [play.stranger])).toBe(6n * rate);
		expect(play.owed(first)).toBe(DEPOSIT);
	});

	test("T5: a token that shrinks or freezes takes nothing from another, nor a deposit", async () => {
		const [first] = play.contributors;
		await make(friendly, "mint", [play.owner, POOL]);
		await make(friendly, "approve", [stage.bounties.address, POOL]);
		await play.open(termsIn(token.address));
		await play.open(termsIn(friendly.address));
		const candidate = await play.enter(first, small(1));
		await make(token, "setMode", [MODE.frozen]);
		await make(token, "shrink", [2n]);
		await play.show(candidate);
		await play.bring();
		await play.play(play.stranger, { type: "ask", candidate });
		await play.score([candidate, 6]);
		await play.close();
		expect(await refusal(first, "withdrawTo", [token.address, first])).not.toBe(undefined);
		await play.play(first, { type: "withdrawTo", token: ETHER, recipient: first });
		await play.play(play.owner, { type: "endBounty", bounty: 2 });
		await make(stage.bounties, "withdrawTo", [friendly.address, play.owner]);
		expect(await held(friendly)).toBe(0n);
	});
});
