import type { Hex } from "@umpire/commitment/constants.ts";
import { lastSecond, turnOf } from "@umpire/game/clock.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import { lastSecondToAnswer } from "@umpire/game/input-demands.ts";
import type { Action } from "@umpire/game/move.ts";
import { balances, CLAIM_STATUS, liabilities, owedTo } from "@umpire/game/state.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyProgram, ToyTrace, toyAnswer } from "@umpire/testing/game/toy-program.ts";
import fc from "fast-check";
import { encodeFunctionData, parseAbi, toFunctionSelector } from "viem";
import { beforeEach, describe, expect, test } from "vitest";
import { arbitraryGame, onSnapshot, playGame } from "../game/honest-game.ts";
import { endAll, payOut } from "../game/honest-party.ts";
import { driverPerTest } from "../game/per-test.ts";

const MODES = { accept: 0, revert: 1, burnGas: 2, returnBomb: 3, reenter: 4 } as const;
const REENTERED = toFunctionSelector("ReentrancyGuardReentrantCall()");
const abi = parseAbi([
	"struct Plan { address target; uint256 value; bytes data; }",
	"function setMode(uint8)",
	"function setPlan(Plan plan_)",
]);
const { submitterBond, challengerBond, demandBond, challengePeriod } = PARAMETERS;

const program = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [{ step: 0, operator: 0, element: 3, by: 5 }]);

let chain: TestChain;
let driver: ChainDriver;
let hostile: Hex;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
	chain = fresh.chain;
});
beforeEach(async () => {
	hostile = await newAccount(MODES.accept);
	await driver.sync();
	await driver.play(driver.requester, { type: "register", header: program.header });
});

async function newAccount(mode: number): Promise<Hex> {
	const account = await chain.deploy("HostileAccount", [mode]);
	await chain.animate(account);
	return account;
}

async function command(functionName: "setMode" | "setPlan", account: Hex, argument: unknown): Promise<void> {
	driver.game.now = Math.max(driver.game.now, await chain.time()) + 1;
	const data = encodeFunctionData({ abi, functionName, args: [argument] } as never);
	const call = { from: driver.stranger, to: account, data, value: 0n, gas: 5_000_000 };
	expect((await chain.send(call, driver.game.now)).error).toBe(undefined);
}

/** The hostile account makes a request whose time has passed; returns the request's number. */
async function expiredRequest(value: bigint): Promise<number> {
	const { root, inputsRoot } = program;
	const deadline = driver.game.now + 5;
	const request = { program: root, inputsRoot, deadline, consumer: NOBODY } as const;
	await driver.play(hostile, { type: "request", value, ...request });
	await driver.wait(deadline + 1);
	return driver.game.state.requests.length;
}

async function runOut(dispute: number): Promise<void> {
	const { state } = driver.game;
	const d = state.disputes[dispute - 1];
	await driver.wait(lastSecond(turnOf(d, publishedAt(state, d), PARAMETERS)) + 3);
}

/** A claim that is wrong, a challenge of it by the hostile account, and the disputed leaf's words. */
async function atLeaf(): Promise<Action> {
	const dispute = await driver.challengeToy(right, await driver.claimToy(wrong), hostile);
	const words = wrong.words(0, 0, 0);
	await driver.play(driver.submitter, { type: "publishLeaf", width: 8, count: 10, words });
	return { type: "settle", dispute, settlement: settlementOf(program.opening(0), words, 3, 0, []) };
}

async function demanded(sender: Hex, claim: number): Promise<number> {
	const demand = { input: 0, chunk: 0, operator: 0, opening: program.opening(0) };
	await driver.play(sender, { type: "demandInput", value: demandBond, claim, ...demand });
	return driver.game.state.inputDemands.length;
}

/** What is called while a payment is on its way, made possible beforehand. */
const ENTRIES: Record<string, () => Promise<Action>> = {
	request: async () => {
		const { root, inputsRoot } = program;
		const deadline = driver.game.now + 1000;
		return { type: "request", value: 9n, program: root, inputsRoot, deadline, consumer: NOBODY };
	},
	claim: async () => {
		await driver.play(hostile, await ENTRIES.request());
		const request = driver.game.state.requests.length;
		return { type: "claim", value: submitterBond, request, ...right.claim() };
	},
	challenge: async () => {
		const claim = await driver.claimToy(right);
		return { type: "challenge", value: challengerBond, claim, entry: program.opening(0) };
	},
	refund: async () => ({ type: "refund", request: await expiredRequest(30n) }),
	settle: atLeaf,
	timeout: async () => {
		const dispute = await driver.challengeToy(right, await driver.claimToy(wrong), hostile);
		await runOut(dispute);
		return { type: "timeout", dispute };
	},
	reclaim: async () => {
		const second = { type: "challenge", value: challengerBond, entry: program.opening(0) } as const;
		const settle = await atLeaf();
		await driver.play(hostile, { ...second, claim: driver.game.state.claims.length });
		await driver.play(driver.challenger, settle);
		return { type: "reclaim", dispute: driver.game.state.disputes.length };
	},
	demandInput: async () => {
		const claim = await driver.claimToy(right);
		const opening = program.opening(0);
		return { type: "demandInput", value: demandBond, claim, input: 0, chunk: 1, operator: 0, opening };
	},
	answerInput: async () => {
		const demand = await demanded(driver.challenger, await driver.claimToy(right));
		return toyAnswer(demand, driver.game.state.inputDemands[demand - 1]);
	},
	timeoutInput: async () => {
		const demand = await demanded(hostile, await driver.claimToy(right));
		const { state } = driver.game;
		await driver.wait(lastSecondToAnswer(state, state.inputDemands[demand - 1]) + 3);
		return { type: "timeoutInput", demand };
	},
	reclaimInput: async () => {
		const settle = await atLeaf();
		const demand = await demanded(hostile, driver.game.state.claims.length);
		await driver.play(driver.challenger, settle);
		return { type: "reclaimInput", demand };
	},
	withdraw: async () => ({ type: "withdraw", from: "market" }),
	finalise: async () => {
		const claim = await driver.claimToy(right);
		await driver.wait(driver.game.now + challengePeriod + 3);
		return { type: "finalise", claim };
	},
};
const GUARDED = ["withdraw", "finalise", "refund"];

async function expectSolvent(): Promise<void> {
	expect(await chain.balances()).toEqual(liabilities(driver.game.state));
}

/** Plans a move, makes another one that calls the hostile account, and expects what two moves in turn would do. */
async function reenter(outer: Action, sender: Hex, inner: Action): Promise<void> {
	const { to: target, value, data } = chain.callOf(inner);
	await command("setPlan", hostile, { target, value, data });
	await command("setMode", hostile, MODES.reenter);
	driver.game.now++;
	expect((await chain.act(sender, outer, driver.game.now)).error).toBe(undefined);
	driver.game.play(sender, outer);
	const guarded = GUARDED.includes(inner.type);
	if (!guarded) driver.game.play(hostile, inner);
	expect(await chain.call(hostile, "function succeeded() view returns (bool)")).toBe(!guarded);
	const answer = await chain.call(hostile, "function answer() view returns (bytes)");
	if (guarded) expect(answer).toBe(REENTERED);
	const owed = owedTo(driver.game.state, hostile);
	expect(await chain.owed(hostile)).toBe(owed);
	await expectSolvent();
	await command("setMode", hostile, MODES.accept);
	await endAll(driver, driver.requester);
	expect(await payOut(driver, [...chain.accounts, hostile])).toBe(0n);
}

describe("whoever is called while others are paid or told gains nothing by calling back", () => {
	test.each(Object.keys(ENTRIES))("a receiver that calls %s while it withdraws", async (entry) => {
		const request = await expiredRequest(500n);
		await driver.play(driver.requester, { type: "refund", request });
		await reenter({ type: "withdraw", from: "market" }, hostile, await ENTRIES[entry]());
	});

	test.each(Object.keys(ENTRIES))("a consumer that calls %s while it is told", async (entry) => {
		const inner = await ENTRIES[entry]();
		const claim = await driver.claimToy(right, hostile);
		if (entry === "withdraw") {
			await driver.play(hostile, { type: "refund", request: await expiredRequest(500n) });
		}
		// the callback has 200,000 gas: whatever needs more fails there
		await driver.wait(driver.game.now + challengePeriod + 1);
		const { to: target, value, data } = chain.callOf(inner);
		await command("setPlan", hostile, { target, value, data });
		await command("setMode", hostile, MODES.reenter);
		await driver.play(driver.stranger, { type: "finalise", claim });
		const made = await chain.call(hostile, "function succeeded() view returns (bool)");
		if (GUARDED.includes(entry)) expect(made).toBe(false);
		if (made === true) driver.game.play(hostile, inner);
		await expectSolvent();
		expect(driver.game.state.claims[claim - 1].status).toBe(CLAIM_STATUS.final);
	});
});

describe("a receiver that cannot be paid", () => {
	test.each(["revert", "burnGas", "returnBomb"] as const)(
		"(%s) hurts only itself, and can try again",
		async (mode) => {
			const request = await expiredRequest(500n);
			await driver.play(driver.requester, { type: "refund", request });
			const other = await driver.challengeToy(right, await driver.claimToy(wrong));
			await command("setMode", hostile, MODES[mode]);
			const burnt = await chain.act(
				hostile,
				{ type: "withdraw", from: "market" },
				++driver.game.now,
				1_000_000,
			);
			expect(burnt.error).toBe("PaymentRefused");
			await expectSolvent();
			await runOut(other);
			await driver.play(driver.stranger, { type: "timeout", dispute: other });
			await driver.withdraw(driver.challenger);
			await command("setMode", hostile, MODES.accept);
			const before = await chain.balance(chain.market);
			await driver.withdraw(hostile);
			expect(await chain.balance(chain.market)).toBe(before - 500n);
		},
	);

	test("leaves nothing stuck: whoever they are, all is paid out in the end", async () => {
		const property = fc.asyncProperty(
			arbitraryGame,
			fc.array(fc.constantFrom(MODES.accept, MODES.revert, MODES.burnGas, MODES.returnBomb), {
				minLength: 8,
				maxLength: 8,
			}),
			fc.constantFrom("submitter" as const, "challenger" as const),
			(drawn, modes, seat) =>
				onSnapshot(chain, async () => {
					const accounts: Hex[] = [];
					while (accounts.length < modes.length) accounts.push(await newAccount(MODES.accept));
					driver = new ChainDriver(chain.withAccounts(accounts), PARAMETERS);
					const before = await chain.burned();
					const beforePayment = async (): Promise<void> => {
						for (const [i, account] of accounts.entries()) {
							if (owedTo(driver.game.state, account) === 0n || modes[i] === MODES.accept) continue;
							await command("setMode", account, modes[i]);
							for (const from of ["market", "court"] as const) {
								if ((driver.game.state.ledgers[from].owed.get(account) ?? 0n) === 0n) continue;
								const move = { type: "withdraw", from } as const;
								const { error } = await chain.act(account, move, ++driver.game.now, 1_000_000);
								expect(error).toBe("PaymentRefused");
							}
							await expectSolvent();
							await command("setMode", account, MODES.accept);
						}
					};
					await playGame(driver, drawn, seat, { beforePayment });
					expect(await chain.balances()).toEqual({ market: 0n, court: 0n });
					expect(balances(driver.game.state)).toEqual({ market: 0n, court: 0n });
					expect((await chain.burned()) - before).toBe(driver.game.state.burned);
				}),
		);
		await fc.assert(property, { numRuns: 15 });
	});
});
