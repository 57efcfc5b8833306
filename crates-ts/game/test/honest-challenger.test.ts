import { wordHex } from "@umpire/commitment/hex.ts";
import { arbitraryFaults, arbitraryLevels, arbitraryProgram } from "@umpire/testing/game/arbitrary.ts";
import { CHALLENGER, GameDriver, OTHER, PARAMETERS, SUBMITTER } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { honestChallenger } from "../src/challenger.ts";
import { hasRunOut, turnOf } from "../src/clock.ts";
import { balances, CLAIM_STATUS, liabilities, owedTo, PHASE } from "../src/state.ts";
import { honestSubmitter } from "../src/submitter.ts";

/** What a lying submitter does at its turn. */
const lie = fc.record({
	kind: fc.constantFrom(
		"answer",
		"answer",
		"answer",
		"answer",
		"silence",
		"junk",
		"challengeItself",
		"bend",
		"bindRight",
	),
	delay: fc.integer({ min: 0, max: 45 }),
	a: fc.nat({ max: 1000 }),
});

const arbitraryGame = arbitraryProgram.chain((program) =>
	fc.record({
		program: fc.constant(program),
		faults: arbitraryFaults(program),
		levels: arbitraryLevels,
		lies: fc.array(lie, { minLength: 60, maxLength: 60 }),
		/** seconds that the honest challenger takes for each move */
		pace: fc.integer({ min: 0, max: PARAMETERS.increment }),
	}),
);

describe("an honest challenger that moves within its increment never loses", () => {
	test("whatever the submitter answers, and however late", () => {
		fc.assert(
			fc.property(arbitraryGame, ({ program, faults, levels, lies, pace }) => {
				const game = new GameDriver(levels);
				const own = new ToyTrace(program);
				const theirs = new ToyTrace(program, faults);
				game.claim(theirs);
				const id = game.challenge(CHALLENGER, own);
				for (const { kind, delay, a } of lies) {
					if (game.state.disputes[id - 1].phase === PHASE.closed) break;
					game.now += delay;
					const demanded = honestSubmitter(game.view(id), theirs);
					if (kind === "answer" && demanded !== null) game.play(SUBMITTER, demanded);
					if (kind === "junk") {
						const children = [wordHex(BigInt(a)), wordHex(BigInt(a + 1))];
						game.try(SUBMITTER, { type: "open", tree: 1 + (a % 3), childLevel: a % 4, children });
					}
					if (kind === "challengeItself" && game.now < 1000 + PARAMETERS.challengePeriod) {
						game.challenge(SUBMITTER, theirs);
					}
					if (kind === "bindRight") {
						// the right trace does not lead to a false output, nor to any checkpoint of the false claim
						const { lazy, segment } = program.header;
						const bind = {
							type: "bindTrace",
							claim: 1,
							...own.binding(a % own.segmentTrees.length),
						} as const;
						const known = segment === 0 && !(lazy && game.state.claims[0].boundAt === 0);
						const refused = game.try(SUBMITTER, bind);
						if (known) expect(refused).toBe("TraceKnown");
						else expect(["WrongTraceRoot", "TraceKnown"]).toContain(refused);
					}
					if (kind === "bend" && demanded?.type === "publishPartials") {
						const partials = demanded.partials.map((value, i) => (i === 0 ? value + BigInt(a % 3) : value));
						game.try(SUBMITTER, { ...demanded, partials });
					}
					// if anyone has run out, it is the submitter itself
					if (game.try(SUBMITTER, { type: "timeout", dispute: id }) === undefined) break;
					moveHonestly(game, id, own, pace);
				}
				// a submitter that falls silent runs out
				game.now += 10_000;
				if (game.state.disputes[id - 1].phase !== PHASE.closed) {
					game.play(OTHER, { type: "timeout", dispute: id });
				}
				expect(game.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
				const { submitterBond, challengerBond } = game.state.parameters;
				expect(owedTo(game.state, CHALLENGER)).toBe(challengerBond + (submitterBond * 600n) / 1000n);
				expect(balances(game.state)).toEqual(liabilities(game.state));
			}),
			{ numRuns: 150 },
		);
	});
});

/** The challenger moves if it is its turn, and claims the submitter's timeout if there is one. */
function moveHonestly(game: GameDriver, id: number, own: ToyTrace, pace: number): void {
	const view = game.view(id);
	if (view.publishedAt === 0) {
		const turn = turnOf(view.dispute, 0, view.parameters);
		if (hasRunOut(turn, game.now)) game.play(CHALLENGER, { type: "timeout", dispute: id });
		return;
	}
	game.now += pace;
	const move = honestChallenger(view, own);
	if (move === null) throw new Error("The challenger found nothing to name");
	if (move.type !== "prove") {
		game.play(CHALLENGER, move);
		return;
	}
	const { operator, element, part } = move;
	const { partials } = view.dispute;
	const settlement = settlementOf(own.descriptor(operator), view.words!, element, part, partials);
	game.play(CHALLENGER, { type: "settle", dispute: id, settlement });
}
