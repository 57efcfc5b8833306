import { lockedIn } from "@umpire/markets/bounty-state.ts";
import { ETHER, liabilityIn, owedIn } from "@umpire/markets/token-ledger.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { BOUNTY_CONTRACTS, type BountyStage, deployBounties } from "@umpire/testing/markets/bounty-driver.ts";
import { runsOr } from "@umpire/testing/runs.ts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BountyPlay } from "./bounty-play.ts";
import { windUpBounties } from "./bounty-wind-up.ts";
import { arbitraryBountyTurn, bountyMoveOf } from "./random-bounty-moves.ts";

let chain: TestChain;
let stage: BountyStage;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, BOUNTY_CONTRACTS);
	stage = await deployBounties(chain);
	for (const owner of chain.accounts.slice(1, 3)) {
		await stage.token.send(owner, "mint", [owner, 10n ** 9n]);
		await stage.token.send(owner, "approve", [stage.bounties.address, 2n ** 256n - 1n]);
	}
});
afterAll(() => chain.close());

test("the model and the contract agree move for move, in every refusal, in state and balances", async () => {
	const seen = new Map<string, number>();
	const accepted = new Set<string>();
	const turns = fc.array(arbitraryBountyTurn, { minLength: 120, maxLength: 300, size: "max" });
	const property = fc.asyncProperty(turns, async (drawn) => {
		const snapshot = await chain.snapshot();
		try {
			const play = new BountyPlay(stage, await chain.time(), await chain.burned());
			await play.open();
			const check = async () => {
				const [onChain, inModel] = await play.both(play.people);
				expect(onChain).toEqual(inModel);
				requireSolvent(play);
			};
			for (const [i, turn] of drawn.entries()) {
				play.now += turn.wait;
				const move = bountyMoveOf(turn, play);
				if (move === undefined) continue;
				if (move.at !== undefined) play.wait(Math.max(play.now + 1, move.at));
				const refused = await play.try(move.sender, move.action);
				const key = `${move.action.type}: ${refused ?? "accepted"}`;
				seen.set(key, (seen.get(key) ?? 0) + 1);
				requireSolvent(play);
				if (i % 25 === 24) await check();
			}
			await check();
			await windUpBounties(play);
			await check();
			expect([...play.world.ledger.liabilities.values()].every((held) => held === 0n)).toBe(true);
			for (const move of play.gas.keys()) accepted.add(move);
		} finally {
			await chain.restore(snapshot);
		}
	});
	await fc.assert(property, { numRuns: runsOr(40) });
	// the walk is worth something only if it reaches every kind of move and many kinds of refusal
	if (process.env.SHOW_MOVES !== undefined) console.log(Object.fromEntries([...seen].sort()));
	const refused = new Set([...seen.keys()].flatMap((key) => /: (\w+)$/.exec(key)?.[1] ?? []));
	expect(accepted.size).toBeGreaterThanOrEqual(21);
	expect(refused.size).toBeGreaterThanOrEqual(28);
});

/** Pools, deposits and budgets are locked or owed, and no bounty has paid more than its pool. */
function requireSolvent({ world, people }: BountyPlay): void {
	for (const token of [ETHER, stage.token.address]) {
		const owed = people.reduce((sum, account) => sum + owedIn(world.ledger, token, account), 0n);
		expect(liabilityIn(world.ledger, token)).toBe(owed + lockedIn(world, token, ETHER));
	}
	for (const { pool, budget } of world.bounties) expect(pool >= 0n && budget >= 0n).toBe(true);
	for (const [i, { rounds }] of world.bounties.entries()) {
		for (const [at, { open, best }] of rounds.entries()) {
			const mine = world.candidates.filter(({ bounty, round }) => bounty === i + 1 && round === at + 1);
			expect(open).toBe(mine.filter(({ status }) => status < 5).length);
			if (best === 0) continue;
			const { gain, status } = world.candidates[best - 1];
			expect(status).toBe(5);
			expect(gain).toBeGreaterThanOrEqual(3n);
			for (const one of mine) if (one.status === 5) expect(one.gain).toBeLessThanOrEqual(gain);
		}
	}
}
