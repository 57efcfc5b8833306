import type { Hex } from "@umpire/commitment/constants.ts";
import { lockedEther } from "@umpire/markets/grid-state.ts";
import { ETHER, liabilityIn, owedIn } from "@umpire/markets/token-ledger.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import {
	deployGrid,
	GRID_CONTRACTS,
	GridDriver,
	type GridStage,
} from "@umpire/testing/markets/grid-driver.ts";
import { runsOr } from "@umpire/testing/runs.ts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { arbitraryGridTurn, gridMoveOf, PROGRAMS, TERMS } from "./random-grid-moves.ts";
import { windUp } from "./wind-up.ts";

let chain: TestChain;
let stage: GridStage;
let people: readonly Hex[];
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, GRID_CONTRACTS);
	stage = await deployGrid(chain);
	people = chain.accounts.slice(1, 5);
	await stage.token.send(people[0], "mint", [people[0], 10n ** 9n]);
	await stage.token.send(people[0], "approve", [stage.grid.address, 2n ** 256n - 1n]);
});
afterAll(() => chain.close());

/** Two grids that are open, one in ether and one in a token. */
async function begin(driver: GridDriver): Promise<void> {
	const client = people[0];
	await driver.play(client, { type: "register", header: PROGRAMS[0].header });
	for (const [i, token] of [ETHER, stage.token.address].entries()) {
		await driver.play(client, { type: "openGrid", terms: { ...TERMS, token, lowest: token === ETHER } });
		const points = [0, 1, 2, 3].map((n) => ({ steps: 1 + (n % 2), hyperparameters: [n, -n] }));
		await driver.play(client, { type: "addPoints", grid: i + 1, points });
		const value = BigInt(TERMS.rounds) * stage.fee + (token === ETHER ? TERMS.bounty : 0n);
		await driver.play(client, { type: "start", grid: i + 1, value });
	}
}

test("the model and the contract agree move for move, in every refusal, in state and balances", async () => {
	const seen = new Map<string, number>();
	const accepted = new Set<string>();
	const turns = fc.array(arbitraryGridTurn, { minLength: 40, maxLength: 140 });
	const property = fc.asyncProperty(turns, async (drawn) => {
		const snapshot = await chain.snapshot();
		try {
			const driver = await GridDriver.on(stage);
			await begin(driver);
			const check = async () => {
				const [onChain, inModel] = await driver.both(people);
				expect(onChain).toEqual(inModel);
				requireSolvent(driver);
			};
			for (const [i, turn] of drawn.entries()) {
				driver.now += turn.wait;
				const move = gridMoveOf(turn, driver, people);
				if (move === undefined) continue;
				if (move.at !== undefined) driver.wait(move.at);
				const refused = await driver.try(move.sender, move.action);
				const key = `${move.action.type}: ${refused ?? "accepted"}`;
				seen.set(key, (seen.get(key) ?? 0) + 1);
				if (i % 25 === 24) await check();
			}
			await check();
			await windUp(driver, people);
			await check();
			expect([...driver.world.ledger.liabilities.values()].every((held) => held === 0n)).toBe(true);
			for (const move of driver.gas.keys()) accepted.add(move);
		} finally {
			await chain.restore(snapshot);
		}
	});
	await fc.assert(property, { numRuns: runsOr(45) });
	// the walk is worth something only if it reaches every kind of move and many kinds of refusal
	if (process.env.SHOW_MOVES !== undefined) console.log(Object.fromEntries([...seen].sort()));
	const refused = new Set([...seen.keys()].flatMap((key) => /: (\w+)$/.exec(key)?.[1] ?? []));
	expect(accepted.size).toBeGreaterThanOrEqual(16);
	expect(refused.size).toBeGreaterThanOrEqual(20);
});

/** Bounties are credited or locked, stakes belong to somebody, and nothing else is held. */
function requireSolvent({ world }: GridDriver): void {
	const { ledger, grids } = world;
	for (const token of [ETHER, stage.token.address]) {
		const owed = [...people, world.address].reduce(
			(sum, account) => sum + owedIn(ledger, token, account),
			0n,
		);
		const bounties = grids
			.filter(({ status, terms }) => status === 2 && terms.token === token)
			.reduce((sum, { terms, credited }) => sum + terms.bounty - credited, 0n);
		const locked = token === ETHER ? lockedEther(world) : 0n;
		expect(liabilityIn(ledger, token)).toBe(owed + bounties + locked);
	}
	for (const { points, accepted, open } of grids) {
		expect(points.filter(({ status }) => status === 3).length).toBe(accepted);
		expect(points.filter(({ status }) => status === 1).length).toBe(open);
	}
}
