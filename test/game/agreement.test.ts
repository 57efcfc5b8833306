import type { Hex } from "@umpire/commitment/constants.ts";
import type { Action } from "@umpire/game/move.ts";
import { liabilities } from "@umpire/game/state.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { arbitraryFaults, arbitraryProgram } from "@umpire/testing/game/arbitrary.ts";
import { entryOf, GameDriver, NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ToyTrace } from "@umpire/testing/game/toy-program.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moveOf, timeOf } from "./random-moves.ts";
import { arbitraryTurn, type Traces } from "./random-turn.ts";
import { stateOf, visible } from "./state-of.ts";

let chain: TestChain;
let people: readonly Hex[];
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, [], (accounts) => accounts[4]);
	people = chain.accounts.slice(1, 5);
});
afterAll(() => chain.close());

const arbitraryGame = arbitraryProgram.chain((program) =>
	fc.record({
		program: fc.constant(program),
		faults: fc.array(arbitraryFaults(program), { minLength: 1, maxLength: 2 }),
		turns: fc.array(arbitraryTurn, { minLength: 20, maxLength: 160 }),
	}),
);

describe("the model and the contract agree move for move", () => {
	test("in every refusal by name, and in state and balances", async () => {
		const seen = new Map<string, number>();
		await fc.assert(
			fc.asyncProperty(arbitraryGame, async ({ program, faults, turns }) => {
				const snapshot = await chain.snapshot();
				const burned = await chain.burned();
				const traces: Traces = {
					right: new ToyTrace(program),
					wrong: faults.map((some) => new ToyTrace(program, some)),
				};
				const game = new GameDriver({}, undefined, chain.domain, people[3]);
				game.now = (await chain.time()) + 10;
				const check = async () => {
					expect(await stateOf(chain, game.state, people)).toEqual(visible(game.state, people));
					expect(await chain.balances()).toEqual(liabilities(game.state));
					expect((await chain.burned()) - burned).toBe(game.state.burned);
				};
				try {
					for (const { sender, action } of opening(traces, game.now, people)) {
						game.now++;
						await play(game, sender, action);
					}
					for (const [i, turn] of turns.entries()) {
						game.now = timeOf(turn, game);
						const move = moveOf(turn, game, traces, people);
						if (move === undefined) continue;
						await play(game, move.sender, move.action, seen);
						if (i % 12 === 11) await check();
					}
					await check();
				} finally {
					await chain.restore(snapshot);
				}
			}),
			{ numRuns: 130 },
		);
		// the walk is worth something only if it reaches every kind of move and many kinds of refusal
		const accepted = [...seen.keys()].filter((key) => key.endsWith(": accepted"));
		const refused = new Set([...seen.keys()].flatMap((key) => /: (\w+)$/.exec(key)?.[1] ?? []));
		if (process.env.SHOW_MOVES !== undefined) console.log(Object.fromEntries([...seen].sort()));
		expect(accepted.length).toBeGreaterThanOrEqual(18);
		expect(refused.size).toBeGreaterThanOrEqual(32);
	});
});

/** Two requests, a false and a right claim, a challenge of each. */
function opening(traces: Traces, now: number, people: readonly Hex[]): { sender: Hex; action: Action }[] {
	const { header, root, inputsRoot } = traces.right.program;
	const [requester, submitter, challenger] = people;
	const { submitterBond, challengerBond } = PARAMETERS;
	const deadline = now + 300;
	const request: Action = {
		type: "request",
		value: 70n,
		program: root,
		inputsRoot,
		deadline,
		consumer: NOBODY,
	};
	const entry = entryOf(traces.right);
	return [
		{ sender: requester, action: { type: "register", header } },
		{ sender: requester, action: request },
		{ sender: requester, action: request },
		...[traces.wrong[0], traces.right].map((trace, i) => ({
			sender: submitter,
			action: {
				type: "claim",
				value: submitterBond,
				request: i + 1,
				...trace.claim(),
			} as const,
		})),
		...[1, 2].map((claim) => ({
			sender: challenger,
			action: { type: "challenge", value: challengerBond, claim, entry } as const,
		})),
	];
}

async function play(
	game: GameDriver,
	sender: Hex,
	action: Action,
	seen?: Map<string, number>,
): Promise<void> {
	const before = await chain.balances();
	const expected = game.try(sender, action);
	const { error } = await chain.act(sender, action, game.now);
	if (error !== expected) {
		throw new Error(
			`${action.type}: the model says ${expected ?? "accepted"}, the contract ${error ?? "accepted"}`,
		);
	}
	const after = await chain.balances();
	if (expected !== undefined) expect(after).toEqual(before);
	const key = `${action.type}: ${expected ?? "accepted"}`;
	seen?.set(key, (seen.get(key) ?? 0) + 1);
}
