import { readFile, writeFile } from "node:fs/promises";
import { SCORING_GAS } from "@umpire/markets/bounty-parameters.ts";
import { contentTree } from "@umpire/markets/shown-weights.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { expect, test } from "vitest";
import { type BountyPlay, bountyPerTest, large, small } from "./bounty-play.ts";
import { LARGE, withWrongDigest } from "./bounty-weights.ts";

const SNAPSHOT = new URL("bounty-gas.json", import.meta.url);
/** A change of the contracts that costs more than this is worth a look: UPDATE_GAS=1 accepts it. */
const TOLERANCE = 0.03;

let play: BountyPlay;
bountyPerTest((fresh) => {
	play = fresh;
});

test("the gas of every move of bounties is what it was", async () => {
	const [first, second, third] = play.contributors;
	const { token, bounties } = play.stage;
	await token.send(play.owner, "mint", [play.owner, 10n ** 6n], { at: ++play.now });
	await token.send(play.owner, "approve", [bounties.address, 10n ** 6n], { at: ++play.now });
	await play.open({}, "open: in ether");
	const { increment } = PARAMETERS;
	const silent = await play.enter(third, small(3));
	const [best, worse] = await play.enterAndAsk([
		[first, small(1)],
		[second, small(2)],
	]);
	await play.play(play.stranger, { type: "expireCandidate", candidate: silent });
	const claim = await play.claim(worse, 9);
	await play.bringDown(claim);
	const rejected = { type: "syncCandidate", candidate: worse, claim } as const;
	await play.play(play.stranger, rejected, "sync: a rejected claim");
	await play.score([best, 5]);
	await play.play(play.stranger, { type: "closeRound", bounty: 1 }, "close");
	await play.play(
		first,
		{ type: "withdrawTo", token: `0x${"00".repeat(20)}`, recipient: first },
		"withdrawTo",
	);
	await play.play(play.owner, { type: "endBounty", bounty: 1 }, "end");
	await play.open({ ...LARGE, token: token.address }, "open: in a token");
	const lying = withWrongDigest(LARGE, large(2), 129);
	const [left, wrong] = [await play.enter(first, large(1), 2), await play.enter(second, lying, 2)];
	await play.show(left, wrong);
	await play.bring(9n, 2);
	await play.play(play.stranger, { type: "begin", bounty: 2 });
	const path = contentTree(lying.leaves).path(129);
	const shown = { candidate: wrong, leaf: 129, shown: lying.leaves[129], path };
	await play.play(play.stranger, { type: "mismatch", ...shown });
	play.wait(play.round(2).scoreUntil + increment);
	await play.play(play.stranger, { type: "askAnybody", candidate: left });
	const names = new Set(["register", "challenge", "timeout", "bring", "claim", "finalise", "commitClaim"]);
	const gas = [...play.gas].filter(([move]) => !names.has(move)).toSorted(([a], [b]) => (a < b ? -1 : 1));
	const found = Object.fromEntries(gas);
	if (process.env.UPDATE_GAS === "1") await writeFile(SNAPSHOT, `${JSON.stringify(found, null, "\t")}\n`);
	const committed = JSON.parse(await readFile(SNAPSHOT, "utf8")) as Record<string, number>;
	expect(Object.keys(found)).toEqual(Object.keys(committed));
	for (const [move, expected] of Object.entries(committed)) {
		expect(Math.abs(found[move] - expected) / expected, `${move}: ${found[move]}`).toBeLessThan(TOLERANCE);
	}
	const game = JSON.parse(await readFile(new URL("../game/gas.json", import.meta.url), "utf8")) as Record<
		string,
		number
	>;
	// What a score costs whoever claims it, if nobody disputes it: the fee of a deposit pays for that.
	const scoring = game.claim + game.finalise + found["sync: a final claim"] + found.withdrawTo;
	expect(scoring).toBeLessThanOrEqual(Number(SCORING_GAS));
});
