import { wordHex } from "@umpire/commitment/hex.ts";
import { CANDIDATE_STATUS } from "@umpire/markets/bounty-state.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { BOUNTIES } from "@umpire/testing/markets/bounty-driver.ts";
import { describe, expect, test } from "vitest";
import { type BountyPlay, bountyPerTest, openingPrice, small, TERMS } from "./bounty-play.ts";

const { deposit, scoreFee, rate, pool, minGain } = TERMS;
/** What a candidate loses that is worse. */
const LOSS = (deposit * BigInt(BOUNTIES.lossPermille)) / 1000n;
const { burnPermille } = PARAMETERS;

let play: BountyPlay;
bountyPerTest((fresh) => {
	play = fresh;
});

const refused = (sender: `0x${string}`, move: Parameters<BountyPlay["try"]>[1]) => play.try(sender, move);

describe("terms", () => {
	test("are within their bounds, and name three inputs", async () => {
		await play.open();
		const wrong = [
			[{ program: wordHex(1n) }, "UnknownProgram"],
			[{ inputRoots: TERMS.inputRoots.slice(1) }, "InvalidTerm"],
			[{ baselineInput: 3 }, "InvalidTerm"],
			[{ candidateInput: 3 }, "InvalidTerm"],
			[{ statesInput: 3 }, "InvalidTerm"],
			[{ candidateInput: 0 }, "SameInput"],
			[{ statesInput: 1 }, "SameInput"],
			[{ statesInput: 0 }, "SameInput"],
			[{ width: 9 }, "WrongWidth"],
			[{ elements: 0 }, "InvalidTerm"],
			[{ elements: 600 * 75 + 1 }, "InvalidTerm"],
			[{ pool: 0n }, "InvalidTerm"],
			[{ rate: 0n }, "InvalidTerm"],
			[{ minGain: 0 }, "InvalidTerm"],
			[{ deposit: BOUNTIES.depositMin - 1n }, "InvalidTerm"],
			[{ scoreFee: BOUNTIES.scoreFeeMin - 1n }, "InvalidTerm"],
			[{ scoreFee: LOSS + 1n }, "InvalidTerm"],
			[{ commitSeconds: 0 }, "InvalidTerm"],
			[{ revealSeconds: PARAMETERS.increment - 1 }, "InvalidTerm"],
			[{ availabilitySeconds: TERMS.availabilitySeconds - 1 }, "InvalidTerm"],
			[{ scoreSeconds: PARAMETERS.increment - 1 }, "InvalidTerm"],
		] as const;
		for (const [change, error] of wrong) {
			const terms = { ...TERMS, ...change };
			const value = openingPrice(terms, play.stage.fee);
			expect(await refused(play.owner, { type: "openBounty", terms, value }), error).toBe(error);
		}
		const value = openingPrice(TERMS, play.stage.fee) - 1n;
		expect(await refused(play.owner, { type: "openBounty", terms: TERMS, value })).toBe("WrongValue");
		const { increment } = PARAMETERS;
		await play.open({
			elements: 600 * 75,
			scoreFee: LOSS,
			revealSeconds: increment,
			scoreSeconds: increment,
		});
	});
});

describe("M1: what a candidate costs", () => {
	test("a copied commitment or reveal is refused", async () => {
		const [first, second] = play.contributors;
		await play.open();
		const mine = await play.enter(first, small(1));
		const { commitment } = play.candidate(mine);
		const copy = { type: "commit", bounty: 1, round: 1, commitment, value: deposit } as const;
		await play.play(second, copy);
		play.weights.set(2, small(1));
		play.reach();
		// The copy stands for weights of its own sender, which nobody knows; and nobody reveals for another.
		expect(await refused(second, { ...play.part(mine), candidate: 2 })).toBe("WrongCommitment");
		expect(await refused(second, play.part(mine))).toBe("NotTheContributor");
		expect(await refused(first, { ...play.part(mine), salt: wordHex(1n) })).toBe("WrongCommitment");
		expect(await refused(first, { ...play.part(mine), weightsRoot: small(2).root })).toBe("WrongCommitment");
		await play.show(mine);
	});

	test("not revealing costs as much as any score: all of the deposit, burned", async () => {
		const [first, second] = play.contributors;
		await play.open();
		const silent = await play.enter(first, small(1));
		const shown = await play.enter(second, small(2));
		await play.show(shown);
		expect(await refused(play.stranger, { type: "expireCandidate", candidate: silent })).toBe(
			"ScoringNotBegun",
		);
		await play.bring();
		await play.play(play.stranger, { type: "begin", bounty: 1 });
		const before = play.world.ledger.burned;
		await play.play(play.owner, { type: "expireCandidate", candidate: silent });
		expect(play.world.ledger.burned - before).toBe(deposit);
		expect(play.candidate(silent).status).toBe(CANDIDATE_STATUS.out);
		expect(await refused(play.owner, { type: "expireCandidate", candidate: silent })).toBe(
			"WrongCandidateStatus",
		);
		// The worst that a score can cost is less.
		expect(LOSS).toBeLessThan(deposit);
		expect([play.owed(first), play.owed(play.owner)]).toEqual([0n, 0n]);
	});

	test.each([
		["much worse", -minGain - 1, deposit - LOSS],
		["a little worse", -minGain, deposit - scoreFee],
		["as good", 0, deposit - scoreFee],
		["not better enough", minGain - 1, deposit - scoreFee],
	])("a candidate that is %s gets its deposit back, less what that costs", async (_, gain, back) => {
		const [first] = play.contributors;
		await play.open();
		const [candidate] = await play.enterAndAsk([[first, small(1)]]);
		const before = play.world.ledger.burned;
		await play.score([candidate, gain]);
		// Whoever scores is paid the fee: here the contributor itself.
		expect(play.owed(first)).toBe(back + scoreFee);
		expect(play.world.ledger.burned - before).toBe(deposit - back - scoreFee);
		await play.close();
		expect([play.bounty().baseline, play.bounty().pool]).toEqual([TERMS.inputRoots[0], pool]);
	});

	test("V1: a false score that is caught costs bond and deposit; who caught it has both less the burned part", async () => {
		const [first, second] = play.contributors;
		await play.open();
		const [liar, honest] = await play.enterAndAsk([
			[first, small(1)],
			[second, small(2)],
		]);
		const claim = await play.claim(liar, 90);
		await play.bringDown(claim);
		const before = play.world.ledger.burned;
		await play.play(play.stranger, { type: "syncCandidate", candidate: liar, claim });
		const burned = (deposit * BigInt(burnPermille)) / 1000n;
		expect(play.world.ledger.burned - before).toBe(burned);
		expect([play.owed(first), play.owed(play.challenger)]).toEqual([0n, deposit - burned]);
		expect(play.candidate(liar).status).toBe(CANDIDATE_STATUS.out);
		await play.score([honest, 5]);
		await play.close();
		expect(play.owed(second)).toBe(deposit + 5n * rate);
	});
});

describe("M3, M5: gains and rewards", () => {
	test("M3: the same weights gain 0, and a score follows from baseline, candidate and seed alone", async () => {
		const [first] = play.contributors;
		await play.open();
		const [candidate] = await play.enterAndAsk([[first, small(1)]]);
		const { request } = play.candidate(candidate);
		const { inputsRoot } = await play.stage.chain.read<{ inputsRoot: string }>("getRequest", [
			BigInt(request),
		]);
		expect(inputsRoot).toBe(play.world.game.requests[request - 1].inputsRoot);
		// A right trace of these programs says that nothing was gained: it brings nothing but the deposit.
		await play.score([candidate, 0]);
		await play.close();
		expect(play.owed(first)).toBe(deposit);
		expect(play.bounty().pool).toBe(pool);
	});

	test("M5: the best is paid rate × gain and becomes the baseline, exact to a wei", async () => {
		const [first, second, third] = play.contributors;
		await play.open();
		const entered = await play.enterAndAsk([
			[first, small(1)],
			[second, small(2)],
			[third, small(3)],
		]);
		await play.score([entered[0], 5], [entered[1], 9], [entered[2], 7]);
		expect(await refused(play.owner, { type: "closeRound", bounty: 2 })).toBe("UnknownBounty");
		await play.close();
		expect(play.contributors.map((who) => play.owed(who))).toEqual([deposit, deposit + 9n * rate, deposit]);
		expect(play.bounty()).toMatchObject({ baseline: small(2).root, pool: pool - 9n * rate });
		expect(await refused(play.owner, { type: "closeRound", bounty: 1 })).toBe("NoRound");
	});

	test("M5: slices earn what the whole earns", async () => {
		const [first] = play.contributors;
		const earned = (gains: readonly number[]) =>
			play.asIf(async () => {
				await play.open();
				for (const [i, gain] of gains.entries()) await play.improve(first, gain, i + 1);
				return play.owed(first) - deposit * BigInt(gains.length);
			});
		const whole = await earned([12]);
		expect(whole).toBe(12n * rate);
		expect(await earned([4, 3, 5])).toBe(whole);
		expect(await earned([6, 6])).toBe(whole);
	});

	test("M5: the sum of rewards never exceeds the pool, and an empty one takes no commitments", async () => {
		const [first] = play.contributors;
		await play.open({ pool: 100n });
		await play.improve(first, 7, 1);
		await play.improve(first, 7, 2);
		expect(play.owed(first)).toBe(2n * deposit + 100n);
		expect(play.bounty().pool).toBe(0n);
		const commitment = play.commitment(small(3), first, 3);
		const late = { type: "commit", bounty: 1, round: 3, commitment, value: deposit } as const;
		expect(await refused(first, late)).toBe("EmptyPool");
	});

	test("M5: of equal candidates the beacon decides, whoever is scored first", async () => {
		const [first, second] = play.contributors;
		await play.open();
		const entered = await play.enterAndAsk([
			[first, small(1)],
			[second, small(2)],
		]);
		const bestOf = (order: readonly number[]) =>
			play.asIf(async () => {
				for (const candidate of order) await play.score([candidate, 5]);
				const { best } = await play.stage.bounties.read<{ best: number }>("getRound", [1n, 1n]);
				expect(best).toBe(play.round().best);
				return best;
			});
		expect(await bestOf(entered)).toBe(await bestOf(entered.toReversed()));
	});

	test("M6: the order of reveals, scores and endings changes no payment", async () => {
		const [first, second, third] = play.contributors;
		await play.open();
		const entered: number[] = [];
		for (const [i, who] of [first, second, third].entries())
			entered.push(await play.enter(who, small(i + 1)));
		const gains = new Map([
			[entered[0], 4],
			[entered[1], -8],
			[entered[2], 6],
		]);
		const paid = (order: readonly number[]) =>
			play.asIf(async () => {
				await play.show(...order);
				await play.bring();
				for (const candidate of order) await play.play(play.stranger, { type: "ask", candidate });
				for (const candidate of order.toReversed()) await play.score([candidate, gains.get(candidate)!]);
				await play.close();
				return [play.people.map((who) => play.owed(who)), play.bounty().baseline, play.world.ledger.burned];
			});
		const expected = await paid(entered);
		expect(await paid(entered.toReversed())).toEqual(expected);
		expect(await paid([entered[1], entered[2], entered[0]])).toEqual(expected);
	});
});

describe("what is not there", () => {
	test("no round, no candidate: nothing is moved, and what is not asked for is not scored", async () => {
		const [first] = play.contributors;
		await play.open();
		expect(await refused(play.stranger, { type: "begin", bounty: 1 })).toBe("NoRound");
		const candidate = await play.enter(first, small(1));
		for (const unknown of [0, candidate + 1]) {
			expect(await refused(play.stranger, { type: "ask", candidate: unknown })).toBe("UnknownCandidate");
		}
		const sync = { type: "syncCandidate", candidate, claim: 1 } as const;
		expect(await refused(play.stranger, sync)).toBe("WrongCandidateStatus");
		await play.show(candidate);
		expect(await refused(play.stranger, sync)).toBe("WrongCandidateStatus");
	});
});
