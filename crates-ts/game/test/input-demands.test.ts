import { CHALLENGER, GameDriver, OTHER, PARAMETERS, SUBMITTER } from "@umpire/testing/game/game-driver.ts";
import { TOY_CHUNKS, ToyProgram, ToyTrace, toyAnswer } from "@umpire/testing/game/toy-program.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { challengeEnd, NEVER, openDemands } from "../src/input-demands.ts";
import { balances, CLAIM_STATUS, liabilities, owedTo } from "../src/state.ts";

const program = new ToyProgram(
	[
		{ width: 8, elements: 10, outside: 4, parts: 1 },
		{ width: 16, elements: 9, outside: 0, parts: 1 },
		{ width: 32, elements: 5, outside: 1, parts: 1 },
	],
	1,
	0,
);
const trace = new ToyTrace(program);
const { challengePeriod, increment, computeAllowance, demandBond, burnPermille } = PARAMETERS;

const arbitraryGame = fc.record({
	crowding: fc.integer({ min: 1, max: increment }),
	/** chunks in the order in which they are demanded, and seconds before each */
	demands: fc.shuffledSubarray([...TOY_CHUNKS], { minLength: 1 }),
	waits: fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 40 })), { minLength: 6, maxLength: 6 }),
});

test("whoever answers one demand per `crowding` seconds keeps its claim, is paid, and waits for a bounded time", () => {
	fc.assert(
		fc.property(arbitraryGame, ({ crowding, demands, waits }) => {
			const game = new GameDriver({ crowding });
			game.claim(trace);
			const [{ claimedAt }] = game.state.claims;
			const due: number[] = [];
			for (let i = 0, at = game.now; i < demands.length; i++) {
				at = Math.min(at + waits[i], claimedAt + challengePeriod - 1);
				due.push(at);
			}
			let asked = 0;
			let answered = 0;
			let free = 0;
			const last = claimedAt + challengePeriod + increment + demands.length * crowding + computeAllowance;
			for (; game.now < last; game.now++) {
				for (; due[asked] === game.now; asked++) {
					const [input, chunk] = demands[asked];
					const opening = program.opening(input);
					const demand = { type: "demandInput", value: demandBond, claim: 1, operator: input } as const;
					game.play(CHALLENGER, { ...demand, input, chunk, opening });
					if (answered === asked) free = Math.max(free, game.now + crowding);
				}
				// no timeout can be claimed at any moment, whoever tries
				for (let id = 1; id <= asked; id++) {
					expect(game.try(OTHER, { type: "timeoutInput", demand: id })).toBeDefined();
				}
				if (answered < asked) expect(challengeEnd(game.state, 1)).toBe(NEVER);
				if (answered < asked && game.now >= free) {
					answered++;
					game.play(SUBMITTER, toyAnswer(answered, game.state.inputDemands[answered - 1]));
					free = game.now + crowding;
				}
				expect(balances(game.state)).toEqual(liabilities(game.state));
			}
			expect([asked, answered, openDemands(game.state, 1)]).toEqual([demands.length, demands.length, 0]);
			const paid = demandBond - (demandBond * BigInt(burnPermille)) / 1000n;
			expect(owedTo(game.state, SUBMITTER)).toBe(paid * BigInt(demands.length));
			game.play(OTHER, { type: "finalise", claim: 1 });
			expect(game.state.claims[0].status).toBe(CLAIM_STATUS.final);
		}),
	);
});
