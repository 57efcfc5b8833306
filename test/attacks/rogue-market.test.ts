import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, liabilities } from "@umpire/game/state.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { entryOf, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyProgram, ToyTrace, toyAnswer } from "@umpire/testing/game/toy-program.ts";
import fc from "fast-check";
import { type Abi, encodeFunctionData } from "viem";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { onSnapshot } from "../game/honest-game.ts";

const program = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [{ step: 0, operator: 0, element: 3, by: 5 }]);
const { challengerBond, demandBond } = PARAMETERS;

let chain: TestChain;
let driver: ChainDriver;
let rogue: Hex;
let abi: Abi;
let courtAbi: Abi;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS);
	rogue = await chain.deploy("RogueMarket");
	[abi, courtAbi] = await Promise.all(
		["RogueMarket", "Court"].map(async (name) => (await readArtifact(name)).abi),
	);
});
beforeEach(async () => {
	driver = new ChainDriver(chain, PARAMETERS);
	await driver.sync();
});
afterAll(() => chain.close());

/** Sends a call to the rogue market; whether it was accepted. */
async function command(functionName: string, args: readonly unknown[]): Promise<void> {
	const data = encodeFunctionData({ abi, functionName, args });
	const { error } = await chain.send(
		{ from: driver.stranger, to: rogue, data, value: 0n, gas: 3_000_000 },
		tick(),
	);
	expect(error).toBe(undefined);
}

const tick = (): number => ++driver.game.now;

const MANNERS = { say: 0, fickle: 1, mirror: 2, bomb: 3 } as const;
const ENDINGS = { accept: 0, revert: 1, burnGas: 2, returnBomb: 3 } as const;

/** What the rogue market says of its claims. */
async function say(
	facts: { status?: number; submitter?: Hex; traceRoot?: Hex; periodEnd?: number } = {},
): Promise<void> {
	const { status = CLAIM_STATUS.live, submitter = driver.stranger, traceRoot = wrong.root } = facts;
	const { periodEnd = driver.game.now + 10_000 } = facts;
	const { root, inputsRoot } = program;
	await command("say", [{ program: root, submitter, periodEnd, status }, inputsRoot, traceRoot, traceRoot]);
}

const courtCall = (functionName: string, args: readonly unknown[]): Hex =>
	encodeFunctionData({ abi: courtAbi, functionName, args: [rogue, ...args] });

/** A move of the court about the rogue market's claims; the error's name if it is refused. */
async function move(
	from: Hex,
	name: string,
	args: readonly unknown[],
	value = 0n,
): Promise<string | undefined> {
	const data = courtCall(name, args);
	return (await chain.send({ from, to: chain.court, data, value, gas: 5_000_000 }, tick())).error;
}

const opening = program.opening(0);
const settlement = settlementOf(opening, wrong.words(0, 0, 0), 3, 0, []);
const owed = (account: Hex) => chain.read<bigint>("owed", [account], chain.court);
const bonds = async (): Promise<bigint> => {
	const disputes = Number(await chain.read<bigint>("disputeCount", [rogue], chain.court));
	const demands = Number(await chain.read<bigint>("inputDemandCount", [rogue], chain.court));
	let sum = 0n;
	for (let id = 1; id <= disputes; id++) {
		const { phase } = await chain.read<{ phase: number }>("getDispute", [rogue, id], chain.court);
		if (phase !== 5) sum += challengerBond;
	}
	for (let id = 1; id <= demands; id++) {
		const { open } = await chain.read<{ open: boolean }>("getInputDemand", [rogue, id], chain.court);
		if (open) sum += demandBond;
	}
	return sum;
};

test("a market that lies about claims, calls back or repeats endings moves only its own bonds", async () => {
	const LIES = ["live", "final", "rejected", "none", "honest trace", "past", "other submitter"] as const;
	/** Most moves come further with a market that only says what it is told to. */
	const manner = fc.oneof(
		{ weight: 4, arbitrary: fc.constant("say" as const) },
		{ weight: 3, arbitrary: fc.constantFrom("fickle" as const, "mirror" as const, "bomb" as const) },
	);
	const ending = fc.oneof(
		{ weight: 3, arbitrary: fc.constant("accept" as const) },
		{ weight: 1, arbitrary: fc.constantFrom("revert" as const, "burnGas" as const, "returnBomb" as const) },
	);
	const MOVES = [
		"challenge",
		"publish",
		"settle",
		"timeout",
		"reclaim",
		"demand",
		"answer",
		"withhold",
		"take back",
	] as const;
	const step = fc.record({
		lie: fc.constantFrom(...LIES),
		manner,
		ending,
		move: fc.constantFrom(...MOVES),
		again: fc.constantFrom(...MOVES),
		id: fc.integer({ min: 1, max: 3 }),
		wait: fc.constantFrom(1, 5, 200),
	});
	await driver.play(driver.requester, { type: "register", header: program.header });
	const call = (kind: (typeof MOVES)[number], id: number): readonly [string, readonly unknown[], bigint] => {
		const calls = {
			challenge: ["challenge", [1, entryOf(right)], challengerBond],
			publish: ["bindTrace", [1, 0, wrong.root, wrong.root, [], []], 0n],
			settle: ["settle", [id, settlement], 0n],
			timeout: ["timeout", [id], 0n],
			reclaim: ["reclaim", [id], 0n],
			demand: ["demandInput", [1, 0, 0, 0, opening], demandBond],
			answer: ["collectAnswered", [id], 0n],
			withhold: ["timeoutInput", [id], 0n],
			"take back": ["reclaimInput", [id], 0n],
		} as const;
		return calls[kind];
	};
	const property = fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), (steps) =>
		onSnapshot(chain, async () => {
			driver = new ChainDriver(chain, PARAMETERS);
			await driver.sync();
			// An honest market's dispute and demand stand beside it, and are there afterwards.
			const claim = await driver.claimToy(right);
			await driver.challengeToy(right, claim);
			await driver.play(driver.stranger, {
				type: "demandInput",
				value: demandBond,
				claim,
				input: 0,
				chunk: 0,
				operator: 0,
				opening,
			});
			await driver.play(driver.submitter, {
				type: "publishLeaf",
				width: 8,
				count: 10,
				words: wrong.words(0, 0, 0),
			});
			const honest = { ...liabilities(driver.game.state) };
			const before = await Promise.all(chain.accounts.slice(0, 6).map(owed));
			for (const { lie, manner, ending, move: kind, again, id, wait } of steps) {
				driver.game.now += wait;
				const status = {
					final: CLAIM_STATUS.final,
					rejected: CLAIM_STATUS.rejected,
					none: CLAIM_STATUS.none,
				}[lie as "none"];
				await say({
					...(status === undefined ? {} : { status }),
					...(lie === "honest trace" ? { traceRoot: right.root } : {}),
					...(lie === "past" ? { periodEnd: 1 } : {}),
					...(lie === "other submitter" ? { submitter: driver.challenger } : {}),
				});
				await command("behave", [MANNERS[manner], ENDINGS[ending], chain.market]);
				const [name, args] = call(again, id);
				await command("plan", [chain.court, courtCall(name, args)]);
				await move(driver.stranger, ...(call(kind, id) as [string, unknown[], bigint]));
				// Whatever it did: the court holds what it owes, to the honest market's parties as before.
				const after = await Promise.all(chain.accounts.slice(0, 6).map(owed));
				const gained = after.reduce((sum, amount, i) => sum + amount - before[i], 0n);
				expect(await chain.balance(chain.court)).toBe(honest.court + gained + (await bonds()));
				expect(await chain.balance(chain.market)).toBe(honest.market);
			}
			const [first] = await chain.readCourt<bigint[]>("standing", [claim, 0]);
			expect(first).toBe(2n ** 256n - 1n);
			expect((await chain.readCourt<{ openDisputes: number }>("proceedings", [claim])).openDisputes).toBe(1);
		}),
	);
	await fc.assert(property, { numRuns: 30 });
});

test("what is answered for one market is not answered for another", async () => {
	const claim = await driver.claimToy(right);
	await driver.play(driver.stranger, {
		type: "demandInput",
		value: demandBond,
		claim,
		input: 0,
		chunk: 0,
		operator: 0,
		opening,
	});
	await say();
	expect(await move(driver.stranger, "demandInput", [1, 0, 0, 0, opening], demandBond)).toBe(undefined);
	await driver.play(driver.submitter, toyAnswer(1, driver.game.state.inputDemands[0]));
	expect(await chain.readCourt<bigint>("answeredAt", [1])).not.toBe(0n);
	expect(await chain.read<bigint>("answeredAt", [rogue, 1], chain.court)).toBe(0n);
});
