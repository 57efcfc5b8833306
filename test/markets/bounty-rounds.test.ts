import { wordHex } from "@umpire/commitment/hex.ts";
import { BOUNTY_STATUS, CANDIDATE_STATUS } from "@umpire/markets/bounty-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { describe, expect, test } from "vitest";
import { type BountyPlay, bountyPerTest, small, TERMS, traceOfGain } from "./bounty-play.ts";

const { deposit, scoreFee, rate, pool } = TERMS;
const { increment } = PARAMETERS;

let play: BountyPlay;
bountyPerTest((fresh) => {
	play = fresh;
});

const refused = (sender: `0x${string}`, move: Parameters<BountyPlay["try"]>[1]) => play.try(sender, move);

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
