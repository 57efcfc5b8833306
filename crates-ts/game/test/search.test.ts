import { TAG } from "@umpire/commitment/constants.ts";
import { leafCount } from "@umpire/commitment/leaf.ts";
import {
	arbitraryFaults,
	arbitraryLevels,
	arbitraryProgram,
	leftmost,
} from "@umpire/testing/game/arbitrary.ts";
import { CHALLENGER, GameDriver, SUBMITTER } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { honestChallenger } from "../src/challenger.ts";
import { childLevel, predictedRounds, roundsInTree } from "../src/search.ts";
import { balances, CLAIM_STATUS, liabilities, owedTo, PHASE } from "../src/state.ts";
import { honestSubmitter } from "../src/submitter.ts";

const arbitraryGame = arbitraryProgram.chain((program) =>
	fc.record({ program: fc.constant(program), faults: arbitraryFaults(program), levels: arbitraryLevels }),
);

describe("search", () => {
	test("takes no demand more than with the most levels at once, and none is needlessly large", () => {
		const levels = fc.record({
			depth: fc.integer({ min: 1, max: 10 }),
			window: fc.integer({ min: 0, max: 10 }),
		});
		fc.assert(
			fc.property(
				levels,
				fc.integer({ min: 1, max: 48 }),
				fc.constantFrom(TAG.tensor, TAG.steps),
				(at, top, tree) => {
					const last = tree === TAG.tensor ? at.depth : Math.max(at.depth, at.window);
					const passed: number[] = [];
					for (let level = top; level > 0; ) {
						const below = childLevel(tree, level, at);
						passed.push(level - below);
						level = below;
					}
					const least = top <= last ? 1 : 1 + Math.ceil((top - last) / at.depth);
					expect(passed).toHaveLength(least);
					expect(Math.max(...passed.slice(0, -1), 0)).toBeLessThanOrEqual(at.depth);
					expect(passed.at(-1)).toBeLessThanOrEqual(last);
					// Where depth does not bound them, no two differ by more than 1.
					if (top <= least * at.depth)
						expect(Math.max(...passed) - Math.min(...passed)).toBeLessThanOrEqual(1);
				},
			),
		);
	});

	test("isolates the leftmost wrong leaf within the predicted rounds and rejects the claim", () => {
		fc.assert(
			fc.property(arbitraryGame, ({ program, faults, levels }) => {
				const game = new GameDriver(levels);
				const own = new ToyTrace(program);
				const theirs = new ToyTrace(program, faults);
				game.claim(theirs);
				const id = game.challenge(CHALLENGER, own);
				const wrong = leftmost(program, faults);
				let rounds = 1;
				for (;;) {
					game.now += 3;
					const answer = honestSubmitter(game.view(id), theirs);
					if (answer !== null) game.play(SUBMITTER, answer);
					game.now += 3;
					const { phase } = game.state.disputes[id - 1];
					const move = honestChallenger(game.view(id), own);
					if (move === null) throw new Error("The challenger found nothing to name");
					if (phase === PHASE.leaf) {
						const { step, operator, start } = game.state.disputes[id - 1];
						expect({ step, operator, leaf: start }).toEqual({
							step: wrong.step,
							operator: wrong.operator,
							leaf: wrong.leaf,
						});
						const { elements, width } = program.descriptors[operator];
						expect(rounds).toBeLessThanOrEqual(
							predictedRounds(program.header, leafCount(elements, width), levels),
						);
					}
					if (move.type === "prove") {
						const view = game.view(id);
						const settlement = settlementOf(
							program.opening(move.operator),
							view.words ?? own.words(0, 0, 0),
							move.element,
							move.part,
							view.dispute.partials,
						);
						game.play(CHALLENGER, { type: "settle", dispute: id, settlement });
						break;
					}
					game.play(CHALLENGER, move);
					if (phase === PHASE.search) rounds++;
				}
				const { submitterBond, challengerBond } = game.state.parameters;
				expect(game.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
				expect(owedTo(game.state, CHALLENGER)).toBe(challengerBond + (submitterBond * 600n) / 1000n);
				expect(balances(game.state)).toEqual(liabilities(game.state));
			}),
			{ numRuns: 150 },
		);
	});

	test("rounds grow with the logarithm of the trace", () => {
		const levels = { depth: 6, window: 8 };
		expect(roundsInTree(TAG.tensor, 1, levels)).toBe(0);
		expect(roundsInTree(TAG.tensor, 64, levels)).toBe(1);
		expect(roundsInTree(TAG.tensor, 65, levels)).toBe(2);
		expect(roundsInTree(TAG.operators, 256, levels)).toBe(1);
		expect(roundsInTree(TAG.operators, 257, levels)).toBe(2);
		expect(predictedRounds({ steps: 1, segment: 0, operatorCount: 155 }, 50_000, levels)).toBe(5);
		expect(predictedRounds({ steps: 1000, segment: 0, operatorCount: 400 }, 1_000_000, levels)).toBe(9);
		expect(predictedRounds({ steps: 10_000, segment: 256, operatorCount: 62 }, 60, levels)).toBe(5);
	});

	test("an operator window is opened at once when no more operators are left", () => {
		const levels = { depth: 2, window: 5 };
		expect(childLevel(TAG.operators, 5, levels)).toBe(0);
		expect(childLevel(TAG.operators, 6, levels)).toBe(4);
		expect(childLevel(TAG.tensor, 5, levels)).toBe(3);
	});
});
