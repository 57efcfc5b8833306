import { CHALLENGER, GameDriver, OTHER, PARAMETERS, SUBMITTER } from "@umpire/testing/game/game-driver.ts";
import { ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { describe, expect, test } from "vitest";
import { honestChallenger } from "../src/challenger.ts";
import { lastSecond, turnOf } from "../src/clock.ts";
import type { EnterMove } from "../src/move.ts";
import { CLAIM_STATUS, owedTo, PHASE, SIDE } from "../src/state.ts";
import { honestSubmitter } from "../src/submitter.ts";

const operators = [
	{ width: 8, elements: 3, outside: 5, parts: 1 },
	{ width: 16, elements: 200, outside: -7, parts: 3 },
] as const;
const program = new ToyProgram(operators, 2, 0);
const fault = { step: 1, operator: 1, element: 80, by: 9 };
const right = new ToyTrace(program);
const wrong = new ToyTrace(program, [fault]);
const traces = [right, wrong] as const;
const lazyProgram = new ToyProgram(operators, 2, 1, true);
const lazyTraces = [new ToyTrace(lazyProgram), new ToyTrace(lazyProgram, [fault])] as const;

/** Plays on until the dispute is in a phase and a side is to move; every move takes a second. */
function until(phase: number, side: number): GameDriver {
	const game = new GameDriver();
	const [right, wrong] = phase === PHASE.root ? lazyTraces : traces;
	game.claim(wrong);
	game.challenge(CHALLENGER, right);
	for (;;) {
		const view = game.view(1);
		const toMove = view.publishedAt === 0 ? SIDE.submitter : SIDE.challenger;
		if (view.dispute.phase === phase && toMove === side) return game;
		game.now++;
		const move = honestSubmitter(view, wrong) ?? honestChallenger(view, right);
		if (move === null || move.type === "prove") throw new Error("The phase was never reached");
		game.play(toMove === SIDE.submitter ? SUBMITTER : CHALLENGER, move);
	}
}

const cases = [
	["Root", PHASE.root],
	["Search", PHASE.search],
	["Leaf", PHASE.leaf],
	["Partials", PHASE.partials],
] as const;

describe("each side has a clock with an increment, and the settlement an allowance of its own", () => {
	test.each(cases)("a submitter silent in %s is timed out one second after its last one", (_, phase) => {
		for (const [offset, expected] of [
			[-1, "NotTimedOut"],
			[0, "NotTimedOut"],
			[1, undefined],
		] as const) {
			const game = until(phase, SIDE.submitter);
			const { dispute } = game.view(1);
			const commit = phase === PHASE.root ? PARAMETERS.commitAllowance : 0;
			const allowed = PARAMETERS.increment + commit + dispute.submitterReserve;
			game.now = dispute.demandedAt + allowed + offset;
			expect(game.try(OTHER, { type: "timeout", dispute: 1 })).toBe(expected);
			const status = expected === undefined ? CLAIM_STATUS.rejected : CLAIM_STATUS.live;
			expect(game.state.claims[0].status).toBe(status);
		}
	});

	test.each(cases)("a challenger silent in %s is timed out one second after its last one", (_, phase) => {
		for (const [offset, expected] of [
			[-1, "NotTimedOut"],
			[0, "NotTimedOut"],
			[1, undefined],
		] as const) {
			const game = until(phase, SIDE.challenger);
			const { dispute, publishedAt } = game.view(1);
			const searches = phase === PHASE.root || phase === PHASE.search;
			const proving = searches ? 0 : PARAMETERS.provingAllowance;
			game.now = publishedAt + PARAMETERS.increment + proving + dispute.challengerReserve + offset;
			expect(lastSecond(turnOf(dispute, publishedAt, PARAMETERS))).toBe(game.now - offset);
			expect(game.try(OTHER, { type: "timeout", dispute: 1 })).toBe(expected);
			expect(game.state.claims[0].status).toBe(CLAIM_STATUS.live);
			expect(owedTo(game.state, SUBMITTER)).toBe(expected === undefined ? 180n : 0n);
		}
	});

	test("what a side uses beyond its increment comes off its reserve, never below 0", () => {
		const game = until(PHASE.search, SIDE.submitter);
		game.now = game.view(1).dispute.demandedAt + PARAMETERS.increment + 6;
		game.play(SUBMITTER, honestSubmitter(game.view(1), wrong)!);
		game.now += PARAMETERS.increment + 4;
		const move = honestChallenger(game.view(1), right)!;
		if (move.type === "prove") throw new Error("There is more to search");
		game.play(CHALLENGER, move);
		expect(game.view(1).dispute.submitterReserve).toBe(PARAMETERS.reserve - 6);
		expect(game.view(1).dispute.challengerReserve).toBe(PARAMETERS.reserve - 4);
		game.now += PARAMETERS.increment + PARAMETERS.reserve + 1000;
		game.play(SUBMITTER, honestSubmitter(game.view(1), wrong)!);
		const next = honestChallenger(game.view(1), right)!;
		if (next.type === "prove") throw new Error("There is more to search");
		game.play(CHALLENGER, next);
		expect(game.view(1).dispute.submitterReserve).toBe(0);
	});

	test("binding a trace may take its allowance before it uses the reserve", () => {
		const game = until(PHASE.root, SIDE.submitter);
		const { increment, commitAllowance, reserve } = PARAMETERS;
		game.now = game.view(1).dispute.demandedAt + increment + commitAllowance + 5;
		game.play(SUBMITTER, honestSubmitter(game.view(1), lazyTraces[1])!);
		game.now += increment + 3;
		game.play(CHALLENGER, honestChallenger(game.view(1), lazyTraces[0]) as EnterMove);
		expect(game.view(1).dispute.phase).toBe(PHASE.search);
		expect(game.view(1).dispute.submitterReserve).toBe(reserve - 5);
		expect(game.view(1).dispute.challengerReserve).toBe(reserve - 3);
	});

	test("every other dispute open against the claim adds to the increments of a demand", () => {
		const game = new GameDriver({ crowding: 4 });
		game.claim(wrong);
		for (const expected of [0, 4, 8]) {
			const id = game.challenge(OTHER, right);
			expect(game.view(id).dispute.crowding).toBe(expected);
		}
		game.now += PARAMETERS.increment + PARAMETERS.reserve + 8;
		expect(game.try(OTHER, { type: "timeout", dispute: 3 })).toBe("NotTimedOut");
		game.now++;
		expect(game.try(OTHER, { type: "timeout", dispute: 3 })).toBe(undefined);
	});
});
