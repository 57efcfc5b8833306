import { wordHex } from "@umpire/commitment/hex.ts";
import { BOUNTY_STATUS, CANDIDATE_STATUS } from "@umpire/markets/bounty-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { BOUNTIES } from "@umpire/testing/markets/bounty-driver.ts";
import { describe, expect, test } from "vitest";
import { type BountyPlay, bountyPerTest, openingPrice, small, TERMS, traceOfGain } from "./bounty-play.ts";

const { deposit, scoreFee, rate, pool, minGain } = TERMS;
/** What a candidate loses that is worse. */
const LOSS = (deposit * BigInt(BOUNTIES.lossPermille)) / 1000n;
const { increment, burnPermille } = PARAMETERS;

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
			[{ revealSeconds: 0 }, "InvalidTerm"],
			[{ availabilitySeconds: TERMS.availabilitySeconds - 1 }, "InvalidTerm"],
			[{ scoreSeconds: 0 }, "InvalidTerm"],
		] as const;
		for (const [change, error] of wrong) {
			const terms = { ...TERMS, ...change };
			const value = openingPrice(terms, play.stage.fee);
			expect(await refused(play.owner, { type: "openBounty", terms, value }), error).toBe(error);
		}
		const value = openingPrice(TERMS, play.stage.fee) - 1n;
		expect(await refused(play.owner, { type: "openBounty", terms: TERMS, value })).toBe("WrongValue");
		await play.open({ elements: 600 * 75, scoreFee: LOSS });
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
				return play.round().best;
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

describe("M6, B1: a round", () => {
	test("B1: its value is fixed by the first commitment, and due after the last reveal", async () => {
		const [first, second] = play.contributors;
		await play.open();
		await play.enter(first, small(1));
		const { commitUntil, revealUntil, beaconRound } = play.round();
		expect(revealUntil).toBe(commitUntil + TERMS.revealSeconds);
		expect(beaconRound).toBe(revealUntil + play.stage.drift);
		play.wait(commitUntil);
		await play.enter(second, small(2));
		expect(play.round()).toMatchObject({ commitUntil, beaconRound });
		const commitment = play.commitment(small(3), first, 3);
		const late = { type: "commit", bounty: 1, round: 1, commitment, value: deposit } as const;
		expect(await refused(first, late)).toBe("CommitmentsOver");
		expect(await refused(first, { ...late, round: 2 })).toBe("WrongRound");
	});

	test("B1: nothing is committed when the value is known, or will never be", async () => {
		const [first, second] = play.contributors;
		await play.open();
		await play.enter(first, small(1));
		const { beaconRound } = play.round();
		const commitment = play.commitment(small(2), second, 2);
		const next = { type: "commit", bounty: 1, round: 1, commitment, value: deposit } as const;
		const early = { type: "bring", round: beaconRound, beaconValue: wordHex(1n) } as const;
		await play.asIf(async () => {
			await play.play(play.stranger, early);
			expect(await refused(second, next)).toBe("RoundDecided");
		});
		await play.asIf(async () => {
			await play.play(play.stranger, { type: "makeVoid", round: beaconRound });
			expect(await refused(second, next)).toBe("RoundDecided");
		});
		await play.play(second, next);
	});

	test("a commitment is for one round: that which takes it, or the next", async () => {
		const [first] = play.contributors;
		await play.open();
		const commitment = play.commitment(small(1), first, 1);
		const move = { type: "commit", bounty: 1, round: 2, commitment, value: deposit } as const;
		expect(await refused(first, move)).toBe("WrongRound");
		expect(play.bounty().rounds.length).toBe(0);
		expect(await refused(first, { ...move, round: 1, value: deposit - 1n })).toBe("WrongValue");
		expect(await refused(first, { ...move, bounty: 2 })).toBe("UnknownBounty");
		await play.play(first, { ...move, round: 1 });
	});

	test("B1: a void beacon returns all", async () => {
		const [first, second] = play.contributors;
		await play.open();
		const silent = await play.enter(first, small(1));
		const shown = await play.enter(second, small(2));
		await play.show(shown);
		expect(await refused(first, { type: "giveBack", candidate: shown })).toBe("RoundNotVoid");
		await play.play(play.stranger, { type: "makeVoid", round: play.round().beaconRound });
		play.wait(play.round().scoreFrom);
		expect(await refused(first, { type: "ask", candidate: shown })).toBe("RoundVoid");
		expect(await refused(first, { type: "expireCandidate", candidate: silent })).toBe("ScoringNotBegun");
		for (const candidate of [silent, shown]) await play.play(play.stranger, { type: "giveBack", candidate });
		expect(await refused(first, { type: "giveBack", candidate: shown })).toBe("WrongCandidateStatus");
		await play.close();
		expect([play.owed(first), play.owed(second)]).toEqual([deposit, deposit]);
		expect(play.bounty().pool).toBe(pool);
	});

	test("the owner pays for as many values as it said; the rest is brought for nothing, or goes back", async () => {
		const [first] = play.contributors;
		await play.open({ paidRounds: 1 });
		expect(play.bounty().budget).toBe(play.stage.fee);
		await play.improve(first, 4, 1);
		expect(play.bounty().budget).toBe(0n);
		await play.improve(first, 4, 2);
		await play.open({ paidRounds: 3 });
		await play.play(play.owner, { type: "endBounty", bounty: 2 });
		expect(play.owed(play.owner)).toBe(pool + 3n * play.stage.fee);
	});
});

describe("M7: scoring", () => {
	test("is asked for when the value is known and weights were there to be read", async () => {
		const [first] = play.contributors;
		await play.open();
		const candidate = await play.enter(first, small(1));
		expect(await refused(first, { type: "ask", candidate })).toBe("WrongCandidateStatus");
		await play.show(candidate);
		expect(await refused(first, { type: "ask", candidate })).toBe("RoundPending");
		const { beaconRound, scoreFrom } = play.round();
		play.wait(beaconRound);
		await play.play(first, { type: "bring", round: beaconRound, beaconValue: wordHex(3n) });
		play.wait(scoreFrom - 2);
		expect(await refused(first, { type: "ask", candidate })).toBe("NotAvailable");
		expect(await refused(first, { type: "begin", bounty: 1 })).toBe("NotAvailable");
		await play.play(play.stranger, { type: "ask", candidate });
		await play.play(play.stranger, { type: "begin", bounty: 1 });
	});

	test("is exclusive to the contributor, from its asking to the last second and the grace", async () => {
		const [first, second] = play.contributors;
		await play.open();
		const [candidate] = await play.enterAndAsk([[first, small(1)]]);
		const { request, until } = play.candidate(candidate);
		const claim = {
			type: "claim",
			value: PARAMETERS.submitterBond,
			request,
			...traceOfGain(5).claim(),
		} as const;
		expect(await refused(second, claim)).toBe("ExclusiveRequest");
		play.wait(until + increment - 1);
		expect(await refused(second, { type: "askAnybody", candidate })).toBe("StillTime");
		// A claim counts until somebody has said that it is anybody's.
		play.wait(until + increment + 20);
		const made = await play.claim(candidate, 5);
		expect(await refused(second, { type: "askAnybody", candidate })).toBe("ClaimMade");
		await play.finalise(made);
		await play.close();
		expect(play.owed(first)).toBe(deposit + 5n * rate);
	});

	test("is anybody's afterwards, sealed: who scores has the fee, the contributor its reward", async () => {
		const [first, second] = play.contributors;
		await play.open();
		const [candidate] = await play.enterAndAsk([[first, small(1)]]);
		play.wait(play.candidate(candidate).until + increment);
		await play.play(play.stranger, { type: "askAnybody", candidate });
		const { request } = play.candidate(candidate);
		const bare = {
			type: "claim",
			value: PARAMETERS.submitterBond,
			request,
			...traceOfGain(5).claim(),
		} as const;
		expect(await refused(second, bare)).toBe("SealedRequest");
		// A stranger's false claim costs the stranger, not the contributor.
		const wrong = await play.claim(candidate, 9, second);
		await play.bringDown(wrong);
		expect(await refused(second, { type: "syncCandidate", candidate, claim: wrong })).toBe("ClaimRejected");
		const claim = await play.claim(candidate, 6, play.stranger);
		await play.finalise(claim);
		await play.close();
		expect(play.owed(first)).toBe(deposit - scoreFee + 6n * rate);
		expect(play.owed(play.stranger)).toBe(scoreFee);
	});

	test("that nobody does, in both times, costs the deposit, all of it burned", async () => {
		const [first] = play.contributors;
		await play.open();
		const candidate = await play.enter(first, small(1));
		await play.show(candidate);
		await play.bring();
		await play.play(play.stranger, { type: "begin", bounty: 1 });
		const { scoreUntil } = play.round();
		play.wait(scoreUntil + 1);
		expect(await refused(first, { type: "ask", candidate })).toBe("AskingOver");
		play.wait(scoreUntil + increment - 1);
		expect(await refused(first, { type: "askAnybody", candidate })).toBe("StillTime");
		await play.play(play.stranger, { type: "askAnybody", candidate });
		const { until } = play.candidate(candidate);
		play.wait(until);
		expect(await refused(first, { type: "expireCandidate", candidate })).toBe("StillTime");
		expect(await refused(first, { type: "closeRound", bounty: 1 })).toBe("RoundOpen");
		const before = play.world.ledger.burned;
		await play.play(play.stranger, { type: "expireCandidate", candidate });
		expect(play.world.ledger.burned - before).toBe(deposit);
		await play.close();
		expect(play.owed(first)).toBe(0n);
	});

	test("a live claim keeps a round open, and one that was made in the last second counts", async () => {
		const [first, second] = play.contributors;
		await play.open();
		const [candidate] = await play.enterAndAsk([[first, small(1)]]);
		play.wait(play.candidate(candidate).until + increment);
		await play.play(play.stranger, { type: "askAnybody", candidate });
		play.wait(play.candidate(candidate).until - 1);
		const claim = await play.claim(candidate, 5, second);
		play.wait(play.now + 3);
		expect(await refused(play.owner, { type: "expireCandidate", candidate })).toBe("ClaimMade");
		expect(await refused(play.owner, { type: "syncCandidate", candidate, claim })).toBe("ClaimLive");
		expect(await refused(play.owner, { type: "closeRound", bounty: 1 })).toBe("RoundOpen");
		await play.finalise(claim);
		await play.close();
		expect(play.owed(first)).toBe(deposit - scoreFee + 5n * rate);
	});

	test("C1: a contributor cannot hide its rejection: not by another claim, not by anybody's turn", async () => {
		const [first] = play.contributors;
		await play.open();
		const [candidate] = await play.enterAndAsk([[first, small(1)]]);
		const claim = await play.claim(candidate, 9);
		await play.bringDown(claim);
		const { request, until } = play.candidate(candidate);
		const again = {
			type: "claim",
			value: PARAMETERS.submitterBond,
			request,
			...traceOfGain(5).claim(),
		} as const;
		expect(await refused(first, again)).toBe("RequestClosed");
		play.wait(until + increment);
		expect(await refused(first, { type: "askAnybody", candidate })).toBe("ClaimMade");
		await play.play(play.stranger, { type: "syncCandidate", candidate, claim });
		expect(play.candidate(candidate).status).toBe(CANDIDATE_STATUS.out);
	});

	test("C6: neither a foreign request nor its final claim changes state or money", async () => {
		const [first, second] = play.contributors;
		await play.open();
		const [candidate, other] = await play.enterAndAsk([
			[first, small(1)],
			[second, small(2)],
		]);
		const { program, inputRoots } = TERMS;
		const deadline = play.now + 1000;
		const foreign = {
			program,
			inputsRoot: inputRoots[0],
			deadline,
			consumer: `0x${"00".repeat(20)}`,
		} as const;
		await play.play(second, { type: "request", value: 0n, ...foreign });
		const request = play.world.game.requests.length;
		const content = traceOfGain(90).claim();
		await play.play(second, { type: "claim", value: PARAMETERS.submitterBond, request, ...content });
		const claim = play.world.game.claims.length;
		await play.finalise(claim);
		const before = play.world;
		for (const one of [candidate, other]) {
			expect(await refused(second, { type: "syncCandidate", candidate: one, claim })).toBe("NotTheClaim");
		}
		expect(await refused(second, { type: "syncCandidate", candidate, claim: 99 })).toBe("WrongClaimStatus");
		expect(play.world).toBe(before);
	});
});

describe("M8: the owner", () => {
	test("cannot touch a won reward, nor anything while a round has a commitment", async () => {
		const [first] = play.contributors;
		await play.open();
		expect(await refused(first, { type: "endBounty", bounty: 1 })).toBe("NotTheOwner");
		const [candidate] = await play.enterAndAsk([[first, small(1)]]);
		await play.play(play.owner, { type: "endBounty", bounty: 1 });
		expect(play.owed(play.owner)).toBe(0n);
		expect(await refused(play.owner, { type: "endBounty", bounty: 1 })).toBe("WrongBountyStatus");
		await play.score([candidate, 6]);
		await play.close();
		expect(play.owed(first)).toBe(deposit + 6n * rate);
		expect(play.owed(play.owner)).toBe(pool - 6n * rate + play.stage.fee);
		expect(play.bounty().status).toBe(BOUNTY_STATUS.ended);
		const commitment = play.commitment(small(2), first, 2);
		const late = { type: "commit", bounty: 1, round: 2, commitment, value: deposit } as const;
		expect(await refused(first, late)).toBe("WrongBountyStatus");
	});

	test("has its rest at once if no round runs, and contributors their deposits without time limit", async () => {
		const [first] = play.contributors;
		await play.open();
		await play.improve(first, 6, 1);
		await play.play(play.owner, { type: "endBounty", bounty: 1 });
		play.wait(play.now + 3 * 365 * 86_400);
		for (const who of [play.owner, first]) {
			await play.play(who, { type: "withdrawTo", token: ETHER, recipient: who });
		}
		expect(await refused(first, { type: "withdrawTo", token: ETHER, recipient: first })).toBe(
			"NothingToWithdraw",
		);
		expect(play.world.ledger.liabilities.get(ETHER)).toBe(0n);
	});

	test("a round that runs takes commitments though its bounty is ending, and is the last one", async () => {
		const [first, second] = play.contributors;
		await play.open();
		await play.enter(first, small(1));
		await play.play(play.owner, { type: "endBounty", bounty: 1 });
		const candidate = await play.enter(second, small(2));
		await play.show(1, candidate);
		await play.bring();
		for (const one of [1, candidate]) await play.play(play.stranger, { type: "ask", candidate: one });
		await play.score([1, 4], [candidate, 8]);
		await play.close();
		expect(play.owed(second)).toBe(deposit + 8n * rate);
		expect(play.bounty().status).toBe(BOUNTY_STATUS.ended);
	});

	test("rounds follow one another: what a round has won is the next one's baseline", async () => {
		const [first, second] = play.contributors;
		await play.open();
		await play.improve(first, 6, 1);
		const [candidate] = await play.enterAndAsk([[second, small(2)]]);
		const { request } = play.candidate(candidate);
		const { inputsRoot } = await play.stage.chain.read<{ inputsRoot: string }>("getRequest", [
			BigInt(request),
		]);
		expect(inputsRoot).toBe(play.world.game.requests[request - 1].inputsRoot);
		expect(play.bounty().baseline).toBe(small(1).root);
		await play.score([candidate, 3]);
		await play.close();
		expect(play.bounty()).toMatchObject({ baseline: small(2).root, pool: pool - 9n * rate });
	});
});
