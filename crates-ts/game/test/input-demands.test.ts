import { CHALLENGER, OTHER, PARAMETERS, SUBMITTER, Table } from "@umpire/testing/game/table.ts";
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

const game = fc.record({
	crowding: fc.integer({ min: 1, max: increment }),
	/** chunks in the order in which they are demanded, and seconds before each */
	demands: fc.shuffledSubarray([...TOY_CHUNKS], { minLength: 1 }),
	waits: fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 40 })), { minLength: 6, maxLength: 6 }),
});

test("whoever answers one demand per `crowding` seconds keeps its claim, is paid, and waits for a bounded time", () => {
	fc.assert(
		fc.property(game, ({ crowding, demands, waits }) => {
			const table = new Table({ crowding });
			table.claim(trace);
			const [{ claimedAt }] = table.state.claims;
			const due: number[] = [];
			for (let i = 0, at = table.now; i < demands.length; i++) {
				at = Math.min(at + waits[i], claimedAt + challengePeriod - 1);
				due.push(at);
			}
			let asked = 0;
			let answered = 0;
			let free = 0;
			const last = claimedAt + challengePeriod + increment + demands.length * crowding + computeAllowance;
			for (; table.now < last; table.now++) {
				for (; due[asked] === table.now; asked++) {
					const [input, chunk] = demands[asked];
					const opening = program.opening(input);
					const demand = { type: "demandInput", value: demandBond, claim: 1, operator: input } as const;
					table.play(CHALLENGER, { ...demand, input, chunk, opening });
					if (answered === asked) free = Math.max(free, table.now + crowding);
				}
				// no timeout can be claimed at any moment, whoever tries
				for (let id = 1; id <= asked; id++) {
					expect(table.try(OTHER, { type: "timeoutInput", demand: id })).toBeDefined();
				}
				if (answered < asked) expect(challengeEnd(table.state, 1)).toBe(NEVER);
				if (answered < asked && table.now >= free) {
					answered++;
					table.play(SUBMITTER, toyAnswer(answered, table.state.inputDemands[answered - 1]));
					free = table.now + crowding;
				}
				expect(balances(table.state)).toEqual(liabilities(table.state));
			}
			expect([asked, answered, openDemands(table.state, 1)]).toEqual([demands.length, demands.length, 0]);
			const paid = demandBond - (demandBond * BigInt(burnPermille)) / 1000n;
			expect(owedTo(table.state, SUBMITTER)).toBe(paid * BigInt(demands.length));
			table.play(OTHER, { type: "finalise", claim: 1 });
			expect(table.state.claims[0].status).toBe(CLAIM_STATUS.final);
		}),
	);
});
