import type { DemandInputMove } from "@umpire/game/move.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import type { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { TOY_INPUTS, ToyProgram, ToyTrace, toyAnswer } from "@umpire/testing/game/toy-program.ts";
import { describe, expect, test } from "vitest";
import { driverPerTest } from "../game/per-test.ts";

const { challengePeriod, computeAllowance, demandBond } = PARAMETERS;
const plain = { width: 8, elements: 10, outside: 4, parts: 1 } as const;

let chain: TestChain;
let driver: ChainDriver;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
	chain = fresh.chain;
});

/** A demand by operator `operator` of the program. */
function demand(
	program: ToyProgram,
	claim: number,
	input: number,
	chunk: number,
	operator = 0,
): DemandInputMove {
	const opening = program.opening(operator);
	return { type: "demandInput", value: demandBond, claim, input, chunk, operator, opening };
}

const answer = (id: number) => toyAnswer(id, driver.game.state.inputDemands[id - 1]);

/** A second claim of the same trace. */
async function claimAgain(trace: ToyTrace): Promise<number> {
	const { game, requester, submitter } = driver;
	const { root, inputsRoot } = trace.program;
	const request = { type: "request", value: 0n, program: root, inputsRoot, consumer: NOBODY } as const;
	await driver.play(requester, { ...request, deadline: game.now + 1000 });
	const claim = { type: "claim", value: PARAMETERS.submitterBond, ...trace.claim() } as const;
	await driver.play(submitter, { ...claim, request: game.state.requests.length });
	return game.state.claims.length;
}

describe("an answer", () => {
	test("to a demand for one input is none to that for another of the same shape", async () => {
		const [{ elements }] = TOY_INPUTS;
		const twin = { ...plain, input: 1, inputElements: elements.length };
		const program = new ToyProgram([plain, twin], 1, 0);
		const claim = await driver.claimToy(new ToyTrace(program));
		await driver.play(driver.challenger, demand(program, claim, 0, 0));
		await driver.play(driver.submitter, answer(1));
		await driver.play(driver.challenger, demand(program, claim, 1, 0, 1));
		expect(await driver.try(driver.stranger, { type: "collectAnswered", demand: 2 })).toBe("NotAnswered");
	});

	test("that was known earlier does not shorten the time to compute after a later one", async () => {
		const program = new ToyProgram([plain], 1, 0);
		const trace = new ToyTrace(program);
		const first = await driver.claimToy(trace);
		const second = await claimAgain(trace);
		await driver.play(driver.challenger, demand(program, first, 0, 0));
		await driver.play(driver.challenger, demand(program, first, 0, 1));
		await driver.play(driver.challenger, demand(program, second, 0, 0));
		await driver.play(driver.submitter, answer(3));
		const periodEnd = driver.game.state.claims[first - 1].claimedAt + challengePeriod;
		await driver.wait(periodEnd);
		await driver.play(driver.submitter, answer(2));
		const end = driver.game.now + computeAllowance;
		await driver.play(driver.submitter, { type: "collectAnswered", demand: 1 });
		expect((await chain.readCourt<bigint[]>("standing", [first, periodEnd]))[0]).toBe(BigInt(end));
		await driver.wait(end - 1);
		expect(await driver.try(driver.submitter, { type: "finalise", claim: first })).toBe(
			"ChallengePeriodOpen",
		);
		expect(await driver.try(driver.submitter, { type: "finalise", claim: first })).toBe(undefined);
	});
});

test("an input that is only the first value of a state is demanded and answered like any other", async () => {
	const program = new ToyProgram([{ ...plain, state: true }], 2, 0);
	const claim = await driver.claimToy(new ToyTrace(program));
	await driver.play(driver.challenger, demand(program, claim, 0, 1));
	await driver.play(driver.submitter, answer(1));
	expect(await driver.try(driver.challenger, demand(program, claim, 1, 0))).toBe("InputNotRead");
});
