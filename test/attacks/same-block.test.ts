/** Moves that exclude each other, in one block and in either order: the first counts, and is paid once. */
import type { Hex } from "@umpire/commitment/constants.ts";
import { lastSecond, turnOf } from "@umpire/game/clock.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import { lastSecondToAnswer } from "@umpire/game/input-demands.ts";
import type { Action, RequestMove } from "@umpire/game/move.ts";
import { CLAIM_STATUS, owedTo } from "@umpire/game/state.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyProgram, ToyTrace, toyAnswer } from "@umpire/testing/game/toy-program.ts";
import { describe, expect, test } from "vitest";
import { driverPerTest } from "../game/per-test.ts";

const program = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [{ step: 0, operator: 0, element: 3, by: 5 }]);
const { submitterBond, challengerBond, demandBond, burnPermille, challengePeriod } = PARAMETERS;
const FEE = 70n;
const kept = (bond: bigint) => bond - (bond * BigInt(burnPermille)) / 1000n;

let driver: ChainDriver;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
});

type Move = readonly [sender: Hex, action: Action];
/** Orders of two moves. */
const ORDERS = [
	["one before the other", (moves: readonly Move[]) => moves],
	["the other before the one", (moves: readonly Move[]) => moves.toReversed()],
] as const;

/** Makes moves in one block of time `now`; what the model refuses of them, by its errors' names. */
async function inOneBlock(moves: readonly Move[], now: number): Promise<(string | undefined)[]> {
	const { chain, game } = driver;
	const calls = moves.map(([from, action]) => ({ from, ...chain.callOf(action), gas: 3_000_000 }));
	const outcomes = await chain.inOneBlock(calls, now);
	game.now = now;
	const expected = moves.map(([sender, action]) => game.try(sender, action));
	expect(outcomes).toEqual(expected.map((error) => error === undefined));
	const people = [driver.requester, driver.submitter, driver.challenger, driver.stranger];
	const owed = await Promise.all(people.map((account) => chain.owed(account)));
	expect(owed).toEqual(people.map((account) => owedTo(game.state, account)));
	return expected;
}

/** A claim of the wrong trace, with terms of its own, and two disputes about it whose leaf is known. */
async function disputed(terms: Partial<RequestMove> = {}): Promise<{ settle: readonly Move[] }> {
	const { header, root, inputsRoot } = program;
	await driver.play(driver.requester, { type: "register", header });
	const question = { program: root, inputsRoot, deadline: driver.game.now + 60, consumer: NOBODY };
	await driver.play(driver.requester, { type: "request", value: FEE, ...question, ...terms });
	const claim = { type: "claim", value: submitterBond, request: 1, ...wrong.claim() } as const;
	await driver.play(driver.submitter, claim);
	await driver.challengeToy(right, 1);
	await driver.challengeToy(right, 1, driver.stranger);
	const words = wrong.words(0, 0, 0);
	await driver.play(driver.submitter, { type: "publishLeaf", width: 8, count: 10, words });
	const settlement = settlementOf(program.opening(0), words, 3, 0, []);
	const settle = [driver.challenger, driver.stranger].map(
		(sender, i) => [sender, { type: "settle", dispute: i + 1, settlement }] as const,
	);
	return { settle };
}

describe.each(ORDERS)("%s", (_, ordered) => {
	test("a claim is challenged up to the last second of its period, and final from the next one on", async () => {
		const value = challengerBond;
		for (const [offset, expected] of [
			[-1, ["ChallengePeriodOpen"]],
			[0, ["ChallengePeriodOver", "WrongClaimStatus"]],
		] as const) {
			const claim = await driver.claimToy(right);
			const end = driver.game.now + challengePeriod + offset;
			const moves: Move[] = [
				[driver.challenger, { type: "challenge", value, claim, entry: program.opening(0) }],
				[driver.submitter, { type: "finalise", claim }],
			];
			const refused = (await inOneBlock(ordered(moves), end)).filter((error) => error !== undefined);
			expect(refused.length).toBe(1);
			expect(expected).toContain(refused[0]);
		}
	});

	test("of two settlements the first is paid the submitter's bond, and the other has its own back", async () => {
		const { settle } = await disputed();
		expect(await inOneBlock(ordered(settle), driver.game.now + 1)).toEqual([undefined, "WrongClaimStatus"]);
		const [[first], [second]] = ordered(settle);
		expect(owedTo(driver.game.state, first)).toBe(challengerBond + kept(submitterBond));
		const dispute = second === driver.challenger ? 1 : 2;
		const reclaims: Move[] = [second, first].map((sender) => [sender, { type: "reclaim", dispute }]);
		expect(await inOneBlock(reclaims, driver.game.now + 1)).toEqual([undefined, "WrongPhase"]);
		expect(owedTo(driver.game.state, second)).toBe(challengerBond);
	});

	test("a settlement and its timeout decide a dispute once", async () => {
		const { settle } = await disputed();
		const { state } = driver.game;
		const late = lastSecond(turnOf(state.disputes[0], publishedAt(state, state.disputes[0]), PARAMETERS)) + 1;
		const moves: Move[] = [settle[0], [driver.submitter, { type: "timeout", dispute: 1 }]];
		const [first, second] = ordered(moves);
		const errors = await inOneBlock([first, second], late);
		expect(errors).toEqual([undefined, "WrongPhase"]);
		const isRejected = driver.game.state.claims[0].status === CLAIM_STATUS.rejected;
		expect(isRejected).toBe(first === settle[0]);
		expect(owedTo(driver.game.state, driver.submitter)).toBe(isRejected ? 0n : kept(challengerBond));
	});

	test("a settlement and withheld inputs reject a claim once", async () => {
		const claim = await driver.claimToy(wrong);
		const opening = program.opening(0);
		const demand = { type: "demandInput", value: demandBond, claim, input: 0, chunk: 0 } as const;
		await driver.play(driver.stranger, { ...demand, operator: 0, opening });
		await driver.challengeToy(right, claim);
		const words = wrong.words(0, 0, 0);
		const late = lastSecondToAnswer(driver.game.state, driver.game.state.inputDemands[0]) + 1;
		await driver.wait(late - 5);
		await driver.play(driver.submitter, { type: "publishLeaf", width: 8, count: 10, words });
		const settlement = settlementOf(opening, words, 3, 0, []);
		const moves: Move[] = [
			[driver.challenger, { type: "settle", dispute: 1, settlement }],
			[driver.stranger, { type: "timeoutInput", demand: 1 }],
		];
		const [first, second] = ordered(moves);
		expect(await inOneBlock([first, second], late)).toEqual([undefined, "WrongClaimStatus"]);
		const back = second[1].type === "settle" ? "reclaim" : "reclaimInput";
		const bond = back === "reclaim" ? challengerBond : demandBond;
		const own = back === "reclaim" ? { type: back, dispute: 1 } : ({ type: back, demand: 1 } as const);
		await driver.play(second[0], own as Action);
		expect(owedTo(driver.game.state, second[0])).toBe(bond);
	});

	test("the fee of an exclusive request goes back once: by the rejection, not by a refund besides", async () => {
		const terms = { submitter: driver.submitter, exclusiveUntil: driver.game.now + 20 };
		const { settle } = await disputed(terms);
		const late = driver.game.state.requests[0].deadline + 1;
		const moves: Move[] = [settle[0], [driver.requester, { type: "refund", request: 1 }]];
		await inOneBlock(ordered(moves), late);
		expect(await driver.try(driver.stranger, { type: "refund", request: 1 })).toBe("RequestClosed");
		expect(owedTo(driver.game.state, driver.requester)).toBe(FEE);
	});

	test("an answer does not make a claim final whose inputs have just become known", async () => {
		const claim = await driver.claimToy(right);
		const end = driver.game.now + challengePeriod;
		await driver.wait(end - 1);
		const opening = program.opening(0);
		const demand = { type: "demandInput", value: demandBond, claim, input: 0, chunk: 0 } as const;
		await driver.play(driver.stranger, { ...demand, operator: 0, opening });
		const answer = toyAnswer(1, driver.game.state.inputDemands[0]);
		const moves: Move[] = [
			[driver.submitter, answer],
			[driver.submitter, { type: "finalise", claim }],
		];
		const refused = (await inOneBlock(ordered(moves), end + 5)).filter((error) => error !== undefined);
		expect(refused.length).toBe(1);
		expect(["ChallengePeriodOpen", "DemandsOpen"]).toContain(refused[0]);
		const value = challengerBond;
		await driver.play(driver.challenger, { type: "challenge", value, claim, entry: opening });
	});
});
