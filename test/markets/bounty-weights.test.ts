import { CANDIDATE_STATUS } from "@umpire/markets/bounty-state.ts";
import { contentTree, PART } from "@umpire/markets/shown-weights.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { describe, expect, test } from "vitest";
import { type BountyPlay, bountyPerTest, large, small, TERMS } from "./bounty-play.ts";
import { LARGE, SMALL, type Weights, withWrongDigest } from "./bounty-weights.ts";

const { deposit } = TERMS;

let play: BountyPlay;
bountyPerTest((fresh) => {
	play = fresh;
});

const showing = (candidate: number, { leaves }: Weights, leaf: number) => ({
	type: "mismatch" as const,
	candidate,
	leaf,
	shown: leaves[leaf],
	path: contentTree(leaves).path(leaf),
});

describe("M2: weights are shown on chain", () => {
	test("in the time for it, to its last second", async () => {
		const [first] = play.contributors;
		await play.open();
		const candidate = await play.enter(first, small(1));
		const { commitUntil, revealUntil } = play.round();
		play.wait(commitUntil);
		expect(await play.try(first, play.part(candidate))).toBe("NotRevealing");
		await play.asIf(async () => {
			play.wait(revealUntil + 1);
			expect(await play.try(first, play.part(candidate))).toBe("NotRevealing");
		});
		play.wait(revealUntil);
		await play.play(first, play.part(candidate));
		expect(play.candidate(candidate)).toMatchObject({
			status: CANDIDATE_STATUS.revealed,
			weightsRoot: small(1).root,
		});
		expect(await play.try(first, play.part(candidate))).toBe("WrongCandidateStatus");
	});

	test("a leaf that is not under the root voids nothing but the reveal: it is refused, and can be made again", async () => {
		const [first] = play.contributors;
		await play.open();
		const candidate = await play.enter(first, small(1));
		play.reach();
		const right = play.part(candidate);
		const { words, digest } = right.leaves[0];
		const other = { ...right, leaves: [{ words, digest: digest + 1n }] };
		expect(await play.try(first, other)).toBe("WrongWeights");
		expect(await play.try(first, { ...right, leaves: [] })).toBe("WrongPartSize");
		expect(await play.try(first, { ...right, first: 1 })).toBe("WrongPart");
		expect(await play.try(first, { ...right, leaves: [right.leaves[0], right.leaves[0]] })).toBe(
			"WrongPartSize",
		);
		// What lanes cannot make is no leaf, whatever its digest.
		const malformed = { words: words.with(4, 1n), digest };
		expect(await play.try(first, { ...right, leaves: [malformed] })).toBe("WordOutOfRange");
		await play.play(first, right);
	});

	test("large ones in parts, in order, and from the first leaf again if one likes", async () => {
		const [first] = play.contributors;
		await play.open(LARGE);
		const candidate = await play.enter(first, large(1));
		play.reach();
		expect(await play.try(first, play.part(candidate, PART))).toBe("WrongPart");
		const wrong = { ...play.part(candidate), leaves: large(2).leaves.slice(0, PART) };
		await play.play(first, wrong);
		expect(await play.try(first, play.part(candidate, PART))).toBe("WrongWeights");
		await play.play(first, play.part(candidate), "reveal: 128 leaves");
		expect(play.candidate(candidate).status).toBe(CANDIDATE_STATUS.committed);
		expect(await play.try(play.stranger, { type: "ask", candidate })).toBe("WrongCandidateStatus");
		await play.play(first, play.part(candidate, PART), "reveal: the last part");
		expect(play.candidate(candidate).status).toBe(CANDIDATE_STATUS.revealed);
	});

	test("an event tells them to whoever wants to check a score", async () => {
		const [first] = play.contributors;
		await play.open(LARGE);
		const candidate = await play.enter(first, large(1));
		play.reach();
		const { bounties } = play.stage;
		const { root, leaves } = large(1);
		const told: unknown[] = [];
		for (const from of [0, PART]) {
			const { salt, leaves: some } = play.part(candidate, from);
			const args = [BigInt(candidate), root, salt, BigInt(from), some];
			await play.asIf(async () => {
				if (from !== 0) await play.play(first, play.part(candidate));
				const outcome = await bounties.send(first, "reveal", args, { at: play.now + 1 });
				told.push(...bounties.events<{ leaves: unknown[] }>(outcome, "WeightsShown")[0].leaves);
			});
		}
		expect(told).toEqual(leaves);
	});
});

describe("M2: words that have another digest than was shown", () => {
	test("void the candidate: whoever shows it has the deposit less the burned part", async () => {
		const [first] = play.contributors;
		await play.open(LARGE);
		const lying = withWrongDigest(LARGE, large(1), 129);
		const candidate = await play.enter(first, lying);
		expect(await play.try(play.stranger, showing(candidate, lying, 129))).toBe("WrongCandidateStatus");
		await play.show(candidate);
		const right = showing(candidate, lying, 3);
		expect(await play.try(play.stranger, right)).toBe("NoMismatch");
		expect(await play.try(play.stranger, { ...right, leaf: 4 })).toBe("WrongContent");
		expect(await play.try(play.stranger, { ...right, leaf: 130 })).toBe("IndexOutOfRange");
		expect(await play.try(play.stranger, { ...right, path: right.path.slice(1) })).toBe("WrongPathLength");
		const before = play.world.ledger.burned;
		await play.play(play.stranger, showing(candidate, lying, 129));
		const burned = (deposit * BigInt(PARAMETERS.burnPermille)) / 1000n;
		expect(play.world.ledger.burned - before).toBe(burned);
		expect([play.owed(play.stranger), play.owed(first)]).toEqual([deposit - burned, 0n]);
		expect(await play.try(play.stranger, showing(candidate, lying, 129))).toBe("WrongCandidateStatus");
	});

	test("do so until the score is final, a live claim or not", async () => {
		const [first, second] = play.contributors;
		await play.open();
		const lying = withWrongDigest(SMALL, small(1), 0);
		const [candidate, other] = await play.enterAndAsk([
			[first, lying],
			[second, small(2)],
		]);
		await play.asIf(async () => {
			play.wait(play.candidate(candidate).until + PARAMETERS.increment);
			await play.play(play.stranger, { type: "askAnybody", candidate });
			await play.play(play.stranger, showing(candidate, lying, 0));
		});
		// It could claim any score: nobody else knows what it is a score of.
		const claim = await play.claim(candidate, 90);
		await play.play(play.stranger, showing(candidate, lying, 0));
		const { chain } = play.stage;
		play.wait(play.world.game.claims[claim - 1].claimedAt + PARAMETERS.challengePeriod);
		await play.play(play.stranger, { type: "finalise", claim });
		expect(await play.try(first, { type: "syncCandidate", candidate, claim })).toBe("WrongCandidateStatus");
		await play.score([other, 3]);
		await play.close();
		expect(play.bounty().baseline).toBe(small(2).root);
		expect(await chain.balance(play.stage.bounties.address)).toBe(
			play.world.ledger.liabilities.get(`0x${"00".repeat(20)}`),
		);
	});

	test("are never cheaper to show oneself than a bad score is", async () => {
		const [first] = play.contributors;
		await play.open();
		const lying = withWrongDigest(SMALL, small(1), 0);
		const candidate = await play.enter(first, lying);
		await play.show(candidate);
		await play.play(first, showing(candidate, lying, 0));
		const { lossPermille } = play.world.parameters;
		expect(deposit - play.owed(first)).toBeGreaterThanOrEqual((deposit * BigInt(lossPermille)) / 1000n);
		await expect(
			play.stage.chain.deploy("Bounties", [
				play.stage.chain.market,
				play.stage.beacon.address,
				{ depositMin: 100n, scoreFeeMin: 7n, lossPermille: PARAMETERS.burnPermille + 1 },
			]),
		).rejects.toThrow(/InvalidParameter/);
	});
});
