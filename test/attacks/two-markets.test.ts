import { contractParameters } from "@umpire/chain/contracts.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, liabilities } from "@umpire/game/state.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { arbitraryFaults, arbitraryProgram } from "@umpire/testing/game/arbitrary.ts";
import { entryOf, GameDriver, NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { settlementOf, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { onSnapshot } from "../game/honest-game.ts";
import { moveOf, timeOf } from "../game/random-moves.ts";
import { arbitraryTurn, type Traces } from "../game/random-turn.ts";
import { stateOf, visible } from "../game/state-of.ts";

/** The other market has another period and another bond. */
const OTHER = { ...PARAMETERS, challengePeriod: 70, submitterBond: 700n };
const { challengerBond } = PARAMETERS;

let chain: TestChain;
let other: TestChain;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS);
	const market = await chain.deploy("Market", [chain.court, contractParameters(OTHER).market, NOBODY]);
	other = chain.withMarket(market, chain.accounts.slice(5));
});
afterAll(() => chain.close());

/** A market, its model, and who uses it: a ledger of the court does not know for which market it owes. */
interface Side {
	readonly chain: TestChain;
	readonly game: GameDriver;
	readonly people: readonly Hex[];
}

/** Moves that say nothing about whose they are. */
const isShared = ({ type }: Action): boolean =>
	type === "open" || type === "publishLeaf" || type === "register";

async function play([mine, theirs]: readonly [Side, Side], sender: Hex, action: Action): Promise<void> {
	const expected = mine.game.try(sender, action);
	expect((await mine.chain.act(sender, action, mine.game.now)).error, action.type).toBe(expected);
	if (isShared(action)) expect(theirs.game.try(sender, action)).toBe(expected);
}

/** A request, a false claim and a challenge in one market: all are number 1. */
async function begin(sides: readonly [Side, Side], { right, wrong }: Traces): Promise<void> {
	const [{ game, people }] = sides;
	const { header, root, inputsRoot } = right.program;
	const [requester, submitter, challenger] = people;
	const deadline = game.now + 300;
	const question = { program: root, inputsRoot, deadline, consumer: NOBODY } as const;
	const { submitterBond } = game.state.parameters;
	for (const [sender, action] of [
		[requester, { type: "register", header }],
		[requester, { type: "request", value: 70n, ...question }],
		[submitter, { type: "claim", value: submitterBond, request: 1, ...wrong[0].claim() }],
		[challenger, { type: "challenge", value: challengerBond, claim: 1, entry: entryOf(right) }],
	] as const) {
		for (const side of sides) side.game.now++;
		await play(sides, sender, action);
	}
}

const arbitraryGames = arbitraryProgram.chain((program) =>
	fc.record({
		program: fc.constant(program),
		faults: arbitraryFaults(program),
		turns: fc.array(fc.tuple(fc.boolean(), arbitraryTurn), { minLength: 20, maxLength: 120 }),
	}),
);

test("two markets on one court are two games, though all that they have bears the same numbers", async () => {
	let met = 0;
	const property = fc.asyncProperty(arbitraryGames, ({ program, faults, turns }) =>
		onSnapshot(chain, async () => {
			const traces: Traces = { right: new ToyTrace(program), wrong: [new ToyTrace(program, faults)] };
			const first: Side = {
				chain,
				game: new GameDriver(PARAMETERS, undefined, chain.domain),
				people: chain.accounts.slice(1, 5),
			};
			const second: Side = {
				chain: other,
				game: new GameDriver(OTHER, undefined, other.domain),
				people: other.accounts.slice(1, 5),
			};
			first.game.now = second.game.now = (await chain.time()) + 10;
			await begin([first, second], traces);
			await begin([second, first], traces);
			for (const [isFirst, turn] of turns) {
				const [mine, theirs] = isFirst ? [first, second] : [second, first];
				mine.game.now = theirs.game.now = timeOf(turn, mine.game);
				const move = moveOf(turn, mine.game, traces, mine.people);
				if (move !== undefined) await play([mine, theirs], move.sender, move.action);
			}
			for (const side of [first, second]) {
				const found = await stateOf(side.chain, side.game.state, side.people);
				expect(found).toEqual(visible(side.game.state, side.people));
			}
			const [one, two] = [first, second].map(({ game }) => liabilities(game.state));
			expect(await chain.balances()).toEqual({ market: one.market, court: one.court + two.court });
			expect(await chain.balance(other.market)).toBe(two.market);
			const statuses = [first, second].map(({ game }) => game.state.claims[0].status);
			if (statuses[0] !== statuses[1]) met++;
		}),
	);
	await fc.assert(property, { numRuns: 20 });
	// the games have to part for that to mean anything
	expect(met).toBeGreaterThan(2);
});

test("a verdict in one market decides nothing in another, and frees none of its bonds", () =>
	onSnapshot(chain, async () => {
		const program = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
		const right = new ToyTrace(program);
		const wrong = new ToyTrace(program, [{ step: 0, operator: 0, element: 3, by: 5 }]);
		const here = new ChainDriver(chain, PARAMETERS);
		const there = new ChainDriver(other, OTHER);
		for (const driver of [here, there]) {
			await driver.sync();
			await driver.claimToy(wrong);
			await driver.challengeToy(right, 1);
		}
		const words = wrong.words(0, 0, 0);
		await here.play(here.submitter, { type: "publishLeaf", width: 8, count: 10, words });
		const settlement = settlementOf(program.opening(0), words, 3, 0, []);
		await here.play(here.challenger, { type: "settle", dispute: 1, settlement });
		expect(here.game.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
		expect(await there.try(there.challenger, { type: "reclaim", dispute: 1 })).toBe("WrongClaimStatus");
		expect((await other.read<{ status: number }>("getClaim", [1])).status).toBe(CLAIM_STATUS.live);
		expect(await other.owed(there.challenger)).toBe(0n);
		// The leaf was published once for all: the other dispute goes on with it.
		there.game.play(there.submitter, { type: "publishLeaf", width: 8, count: 10, words });
		await there.play(there.challenger, { type: "settle", dispute: 1, settlement });
		expect(await other.owed(there.challenger)).toBe(challengerBond + 420n);
	}));
