import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { claimCommitment } from "@umpire/game/commitment.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, owedTo } from "@umpire/game/state.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { beforeEach, expect, test } from "vitest";
import { driverPerTest } from "../game/per-test.ts";

const program = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [{ step: 0, operator: 0, element: 3, by: 5 }]);
const { submitterBond, challengerBond, burnPermille, challengePeriod } = PARAMETERS;
const FEE = 1000n;
const [OURS, THEIRS] = [wordHex(1n), wordHex(2n)];

let driver: ChainDriver;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
});
/** A sealed request is open: it is number 1. */
beforeEach(async () => {
	const { header, root, inputsRoot } = program;
	await driver.play(driver.requester, { type: "register", header });
	const question = { program: root, inputsRoot, deadline: driver.game.now + 1000, consumer: NOBODY };
	await driver.play(driver.requester, { type: "request", value: FEE, ...question, isSealed: true });
});

const claimOf = (trace: ToyTrace, salt: Hex): Action => {
	return { type: "claim", value: submitterBond, request: 1, ...trace.claim(), salt };
};

function commitment(trace: ToyTrace, sender: Hex, salt: Hex): Action {
	const { traceRoot, opening } = trace.claim();
	const claim = { request: 1, traceRoot, outputRoot: opening.root, sender, salt };
	return { type: "commitClaim", commitment: claimCommitment(driver.chain.domain, claim) };
}

/** Moves in one block of a second of its own; whether the contract took each, which the model has to say as well. */
async function inOneBlock(moves: readonly (readonly [Hex, Action])[]): Promise<boolean[]> {
	const { chain, game } = driver;
	const calls = moves.map(([from, action]) => ({ from, ...chain.callOf(action), gas: 3_000_000 }));
	game.now++;
	const taken = await chain.inOneBlock(calls, game.now);
	expect(moves.map(([sender, action]) => game.try(sender, action) === undefined)).toEqual(taken);
	return taken;
}

test("whoever commits to another's claim before it does puts nothing off, and cannot claim by it", async () => {
	const { submitter, stranger } = driver;
	const ours = commitment(right, submitter, OURS);
	expect(await inOneBlock([stranger, submitter].map((sender) => [sender, ours]))).toEqual([true, false]);
	const claims = [stranger, submitter].map((sender) => [sender, claimOf(right, OURS)] as const);
	expect(await inOneBlock(claims)).toEqual([false, true]);
	expect(driver.game.state.claims[0].submitter).toBe(submitter);
});

test("a commitment to one request, of one sender or with one salt is none to another", async () => {
	const { submitter, stranger, requester } = driver;
	const { root, inputsRoot } = program;
	const question = { program: root, inputsRoot, deadline: driver.game.now + 1000, consumer: NOBODY };
	await driver.play(requester, { type: "request", value: FEE, ...question, isSealed: true });
	await driver.play(submitter, commitment(right, submitter, OURS));
	const elsewhere = { ...claimOf(right, OURS), request: 2 } as Action;
	expect(await driver.try(submitter, elsewhere)).toBe("WrongCommitment");
	expect(await driver.try(submitter, claimOf(right, THEIRS))).toBe("WrongCommitment");
	expect(await driver.try(stranger, claimOf(right, OURS))).toBe("WrongCommitment");
	await driver.play(submitter, claimOf(right, OURS));
});

test("to see a sealed claim and copy it costs the burned part of a bond", async () => {
	const { submitter, stranger, challenger } = driver;
	const spent = submitterBond + challengerBond;
	await driver.play(submitter, commitment(right, submitter, OURS));
	await driver.play(stranger, commitment(wrong, stranger, THEIRS));
	// A false claim keeps the right one out, whose content is now seen.
	const claims = [
		[stranger, claimOf(wrong, THEIRS)],
		[submitter, claimOf(right, OURS)],
	] as const;
	expect(await inOneBlock(claims)).toEqual([true, false]);
	await driver.play(stranger, commitment(right, stranger, THEIRS));
	// It beats itself by a second account, and claims what it saw.
	await driver.challengeToy(right, 1, challenger);
	const words = wrong.words(0, 0, 0);
	await driver.play(stranger, { type: "publishLeaf", width: 8, count: 10, words });
	const settlement = settlementOf(program.opening(0), words, 3, 0, []);
	await driver.play(challenger, { type: "settle", dispute: 1, settlement });
	const burned = (submitterBond * BigInt(burnPermille)) / 1000n;
	expect(owedTo(driver.game.state, challenger)).toBe(spent - burned);
	await driver.play(stranger, claimOf(right, THEIRS));
	await driver.wait(driver.game.now + challengePeriod + 1);
	await driver.play(submitter, { type: "finalise", claim: 2 });
	expect(driver.game.state.claims[1].status).toBe(CLAIM_STATUS.final);
	expect(owedTo(driver.game.state, stranger) - submitterBond).toBe(FEE);
});

test("a sealed claim that is kept out until a copy of its commitment is a second old comes too late", async () => {
	const { submitter, stranger } = driver;
	await driver.play(submitter, commitment(right, submitter, OURS));
	await driver.play(stranger, commitment(right, stranger, THEIRS));
	const claims = [
		[stranger, claimOf(right, THEIRS)],
		[submitter, claimOf(right, OURS)],
	] as const;
	expect(await inOneBlock(claims)).toEqual([true, false]);
});
