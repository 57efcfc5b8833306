import {
	accusationBond,
	accuserFee,
	OPERATOR_STATUS,
	RECORD_STATUS,
} from "@umpire/markets/attester-state.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ATTESTERS } from "@umpire/testing/markets/attester-driver.ts";
import { describe, expect, test } from "vitest";
import { type AttesterPlay, attestersPerTest, outputOf, QUESTION } from "./attester-play.ts";
import { traceOf } from "./attester-programs.ts";

let play: AttesterPlay;
attestersPerTest((fresh) => {
	play = fresh;
});

const STAKES = [10_000n, 11_000n, 12_000n, 13_000n] as const;
const TOTAL = 46_000n;
const stakes = () => [0, 1, 2, 3].map((number) => play.stakeOf(number));
const REWARD = 250n;

describe("a true output", () => {
	test("A1: costs no signer a wei, however its claim ends", async () => {
		await play.enlist(...STAKES);
		const claim = await play.claim();
		const record = await play.attest(claim, [0, 1, 2, 3]);
		// its submitter times out against itself, and takes the challenger's share of its own bond
		await play.asIf(async () => {
			await play.bringDown(claim);
			await play.sync(record);
			expect(play.record(record).status).toBe(RECORD_STATUS.open);
			play.wait(play.record(record).endedAt + ATTESTERS.accusationSeconds + 1);
			await play.play(play.stranger, { type: "acquit", record });
			expect(play.record(record).status).toBe(RECORD_STATUS.acquitted);
			expect(stakes()).toEqual(STAKES);
		});
		await play.finalise(claim);
		await play.sync(record);
		expect(play.record(record).status).toBe(RECORD_STATUS.confirmed);
		expect(await play.try(play.stranger, { type: "accuse", record, value: 1n })).toBe("WrongRecordStatus");
		expect(stakes()).toEqual(STAKES);
	});

	test("A1: planted finals convict and acquit nobody", async () => {
		await play.enlist(...STAKES);
		const planted = await play.claim(1);
		await play.finalise(planted);
		const claim = await play.claim();
		const agreeing = await play.claim();
		const record = await play.attest(claim, [0, 1, 2, 3]);
		await play.bringDown(claim);
		const accusation = await play.accuse(record);
		// claims from before the record, and those of other requests, are not the accusation's
		for (const other of [planted, agreeing]) {
			const judge = { type: "judge", accusation, claim: other } as const;
			expect(await play.try(play.stranger, judge)).toBe("NotTheClaim");
		}
		await play.finalise(agreeing);
		expect(await play.try(play.stranger, { type: "acquit", record })).toBe("TooEarly");
		expect(play.record(record).status).toBe(RECORD_STATUS.open);
		expect(stakes()).toEqual(STAKES);
	});

	test("A2: a false accusation that is challenged costs its bond, half of it burned", async () => {
		await play.enlist(...STAKES);
		const claim = await play.claim();
		const record = await play.attest(claim, [0, 1, 2, 3]);
		await play.bringDown(claim);
		const accusation = await play.accuse(record);
		const { bond, request } = play.world.accusations[accusation - 1];
		expect(bond).toBe(((TOTAL * REWARD) / 1000n + 2000n + 99n) / 100n);
		const wrong = await play.answer(request, 1, 0, play.stranger);
		await play.bringDown(wrong);
		await play.play(play.stranger, { type: "judge", accusation, claim: wrong });
		const burned = (bond * BigInt(PARAMETERS.burnPermille)) / 1000n;
		expect(play.owed("attestations", play.challenger)).toBe(bond - burned);
		play.wait(play.record(record).endedAt + ATTESTERS.accusationSeconds + 1);
		await play.play(play.stranger, { type: "acquit", record });
		expect(stakes()).toEqual(STAKES);
	});

	test("A2: an accusation that comes to nothing costs its bond, and keeps the record open until then", async () => {
		await play.enlist(...STAKES);
		const claim = await play.claim();
		const record = await play.attest(claim, [0, 1, 2, 3]);
		await play.bringDown(claim);
		await play.sync(record);
		const last = play.record(record).endedAt + ATTESTERS.accusationSeconds;
		play.wait(last);
		const accusation = await play.accuse(record);
		expect(await play.try(play.stranger, { type: "acquit", record })).toBe("AccusationsOpen");
		const { until, bond } = play.world.accusations[accusation - 1];
		const lapse = { type: "lapseAccusation", accusation } as const;
		play.wait(until);
		expect(await play.try(play.stranger, lapse)).toBe("AccusationRunning");
		const before = play.world.ledgers.attestations.burned;
		await play.play(play.stranger, lapse);
		expect(play.world.ledgers.attestations.burned - before).toBe(bond);
		const late = { type: "accuse", record, value: bond } as const;
		expect(await play.try(play.stranger, late)).toBe("AccusationTooLate");
		await play.play(play.stranger, { type: "acquit", record });
	});

	test("A2: an accusation that states the record's own output is none", async () => {
		await play.enlist(...STAKES);
		const record = await play.attest(await play.claim(), [0, 1, 2, 3]);
		await play.bringDown(1);
		await play.convict(record, 0);
		expect(play.record(record).status).toBe(RECORD_STATUS.open);
		expect(stakes()).toEqual(STAKES);
	});
});

describe("a false output", () => {
	test("A1: costs every signer all, whoever was how its claim fell", async () => {
		await play.enlist(...STAKES);
		const claim = await play.claim(1);
		const record = await play.attest(claim, [0, 1, 2]);
		await play.bringDown(claim);
		const before = play.world.ledgers.attestations.burned;
		await play.convict(record);
		expect(play.record(record).status).toBe(RECORD_STATUS.convicted);
		expect(stakes()).toEqual([0n, 0n, 0n, STAKES[3]]);
		// A4: a quarter for whoever brought the claim down, the fee for the accuser, the rest is burned
		const slashed = STAKES[0] + STAKES[1] + STAKES[2];
		const reward = (slashed * REWARD) / 1000n;
		const { bond } = play.world.accusations[0];
		expect(play.owed("attestations", play.challenger)).toBe(reward);
		expect(play.owed("attestations", play.stranger)).toBe(bond + accuserFee(play.world));
		const burned = play.world.ledgers.attestations.burned - before;
		expect(burned).toBe(slashed - reward - accuserFee(play.world));
	});

	test("A2: two may accuse; who was overtaken has its bond back", async () => {
		await play.enlist(...STAKES);
		const claim = await play.claim(1);
		const record = await play.attest(claim, [0]);
		await play.bringDown(claim);
		await play.sync(record);
		const second = await play.accuse(record, play.submitter);
		const third = await play.accuse(record, play.client);
		const { request, bond } = play.world.accusations[third - 1];
		const answer = await play.answer(request, 0, 0, play.client);
		await play.convict(record);
		await play.play(play.stranger, { type: "lapseAccusation", accusation: second });
		expect(play.owed("attestations", play.submitter)).toBe(bond);
		await play.play(play.stranger, { type: "finalise", claim: answer });
		await play.play(play.stranger, { type: "judge", accusation: third, claim: answer });
		expect(play.owed("attestations", play.client)).toBe(bond);
		expect(play.record(record).status).toBe(RECORD_STATUS.convicted);
	});

	test("A2: an accuser's bond is a part of the reward that it plays for, and is exact", async () => {
		await play.enlist(...STAKES);
		const record = await play.attest(await play.claim(1), [0, 1]);
		await play.bringDown(1);
		const bond = accusationBond(play.world, play.record(record));
		for (const value of [bond - 1n, bond + 1n]) {
			expect(await play.try(play.stranger, { type: "accuse", record, value })).toBe("WrongValue");
		}
		await play.attestRefused(1, [2], "WrongClaimStatus");
	});

	test("A2: nobody but the accuser answers, and a claim counts however late it is", async () => {
		await play.enlist(...STAKES);
		const record = await play.attest(await play.claim(1), [0, 1]);
		await play.bringDown(1);
		const accusation = await play.accuse(record);
		const { request, until } = play.world.accusations[accusation - 1];
		const made = { type: "claim", value: PARAMETERS.submitterBond, request } as const;
		expect(await play.try(play.client, { ...made, ...traceOf().claim() })).toBe("ExclusiveRequest");
		play.wait(until + 5);
		await play.answer(request, 0, 0, play.stranger);
		expect(await play.try(play.client, { type: "lapseAccusation", accusation })).toBe("ClaimMade");
	});
});

describe("two outputs of one question", () => {
	test("A3: cost whoever signed both all at once, whatever epochs they are of", async () => {
		await play.enlist(...STAKES);
		const vote = (by: number, signers: bigint, valid = true, epoch = play.epoch) => {
			const statement = play.statement(QUESTION.program, QUESTION.inputsRoot, outputOf(by));
			const aggregate = play.signed(epoch, statement, signers, valid);
			return { epoch, outputRoot: outputOf(by), signers, aggregate, valid };
		};
		const contradiction = (one: ReturnType<typeof vote>, other: ReturnType<typeof vote>) =>
			({ type: "equivocation", ...QUESTION, one, other }) as const;
		const { stranger } = play;
		expect(await play.try(stranger, contradiction(vote(0, 3n), vote(0, 3n)))).toBe("NoContradiction");
		expect(await play.try(stranger, contradiction(vote(0, 3n), vote(1, 12n)))).toBe("NoContradiction");
		const forged = contradiction(vote(0, 3n), vote(1, 6n, false));
		expect(await play.try(stranger, forged)).toBe("WrongSignature");
		const strangers = contradiction(vote(0, 3n), vote(1, 3n | (1n << 9n)));
		expect(await play.try(stranger, strangers)).toBe("NotMembers");
		await play.play(stranger, contradiction(vote(0, 3n), vote(1, 6n, true, play.epoch - 1)));
		expect(stakes()).toEqual([STAKES[0], 0n, STAKES[2], STAKES[3]]);
		expect(play.owed("attestations", stranger)).toBe((STAKES[1] * REWARD) / 1000n);
		// once
		await play.play(stranger, contradiction(vote(0, 3n), vote(1, 6n)));
		expect(play.owed("attestations", stranger)).toBe((STAKES[1] * REWARD) / 1000n);
	});
});

describe("sets of epochs", () => {
	test("A6: stake counts from the second epoch on, and not after it has left", async () => {
		await play.enlist(...STAKES);
		const newcomer = play.accounts[4];
		await play.register(newcomer, 99n, 50_000n);
		const { firstEpoch } = play.world.operators.get(4)!;
		expect(firstEpoch).toBe(play.epoch + 2);
		const claim = await play.claim();
		await play.attestRefused(claim, [4], "NotMembers");
		play.nextEpoch();
		await play.attestRefused(claim, [4], "NotMembers");
		play.nextEpoch();
		await play.attest(claim, [4]);
		expect(play.setIn(play.epoch).stake).toBe(TOTAL + 50_000n);
		await play.play(newcomer, { type: "leaveSet" });
		const last = play.epoch;
		await play.attest(await play.claim(), [4]);
		play.nextEpoch();
		expect(play.setIn(play.epoch).stake).toBe(TOTAL);
		const next = await play.claim();
		await play.attestRefused(next, [4], "NotMembers");
		// signatures of its last epoch are still taken
		await play.attest(next, [4], last);
	});

	test("A6: signatures are of this epoch or of the one before", async () => {
		await play.enlist(...STAKES);
		const first = play.epoch;
		play.nextEpoch();
		const claim = await play.claim();
		await play.attestRefused(claim, [0], "WrongEpoch", play.epoch + 1);
		await play.attestRefused(claim, [0], "WrongEpoch", play.epoch - 2);
		await play.attest(claim, [0], first);
		play.nextEpoch();
		await play.attestRefused(claim, [1], "WrongEpoch", first);
	});

	test("A6: softly final is more than two thirds of what was at stake when the epoch began", async () => {
		await play.enlist(20_000n, 20_000n, 10_000n, 10_000n);
		const claim = await play.claim();
		const exactly = await play.attest(claim, [0, 1]);
		expect(play.record(exactly).weight * 3n).toBe(2n * 60_000n);
		expect(play.record(exactly).softAt).toBe(0);
		await play.attest(claim, [2]);
		expect(play.record(exactly).softAt).toBe(play.now);
		const { softAt } = play.record(exactly);
		await play.attest(claim, [3]);
		expect(play.record(exactly).softAt).toBe(softAt);
	});

	test("A6: whoever was slashed counts nothing, and what the epoch began with stays the measure", async () => {
		await play.enlist(20_000n, 20_000n, 20_000n, 10_000n);
		const wrong = await play.claim(1);
		const record = await play.attest(wrong, [2]);
		await play.bringDown(wrong);
		const accusation = await play.accuse(record);
		const answer = await play.answer(play.world.accusations[0].request, 0, 0, play.stranger);
		await play.finalise(answer);
		const before = play.setIn(play.epoch);
		await play.play(play.stranger, { type: "judge", accusation, claim: answer });
		expect(play.setIn(play.epoch)).toMatchObject({ stake: before.stake, live: before.live - 20_000n });
		expect(play.setIn(play.epoch + 1)).toMatchObject({ stake: before.stake - 20_000n });
		const claim = await play.claim();
		await play.attestRefused(claim, [2], "NotMembers");
		const soft = await play.attest(claim, [0, 1]);
		expect(play.record(soft)).toMatchObject({ weight: 40_000n, softAt: 0 });
	});

	test("A10: a record takes further signers until its claim ends, each once", async () => {
		await play.enlist(...STAKES);
		const claim = await play.claim();
		const record = await play.attest(claim, [0]);
		await play.attestRefused(claim, [0, 1], "AlreadySigned");
		await play.attest(claim, [1, 3]);
		expect(play.record(record).signers).toBe(11n);
		await play.finalise(claim);
		await play.attestRefused(claim, [2], "WrongClaimStatus");
	});

	test("A6: disputes that are open block no record", async () => {
		await play.enlist(...STAKES);
		const claim = await play.claim();
		await play.challenge(claim);
		const record = await play.attest(claim, [0, 1, 2, 3]);
		expect(play.record(record).softAt).not.toBe(0);
	});
});

describe("an exit", () => {
	test("A7: is paid when the delay is over and everything is decided that it can have signed", async () => {
		await play.enlist(...STAKES);
		const leaver = play.accounts[1];
		const claim = await play.claim(1);
		const record = await play.attest(claim, [0, 1]);
		await play.challenge(claim);
		await play.play(leaver, { type: "leaveSet" });
		const exit = { type: "exitOperator", operator: 1 } as const;
		const from = play.now + 2 * ATTESTERS.epochSeconds + ATTESTERS.accusationSeconds;
		play.wait(from - 1);
		expect(await play.try(play.stranger, exit)).toBe("ExitTooEarly");
		// a delay alone is outlasted: the claim is live, and so is what it signed
		expect(await play.try(play.stranger, exit)).toBe("RecordsOpen");
		await play.play(play.stranger, { type: "timeout", dispute: 1 });
		await play.sync(record);
		expect(await play.try(play.stranger, exit)).toBe("RecordsOpen");
		await play.convict(record);
		await play.play(play.stranger, { type: "advance", most: 5 });
		await play.play(play.stranger, exit);
		expect(play.gain(leaver)).toBe(0n);
		expect(play.world.operators.has(1)).toBe(false);
	});

	test("A7: is not held up by later records of others", async () => {
		await play.enlist(...STAKES);
		const leaver = play.accounts[1];
		const claim = await play.claim();
		const record = await play.attest(claim, [0, 1]);
		await play.play(leaver, { type: "leaveSet" });
		await play.finalise(claim);
		await play.sync(record);
		play.nextEpoch(2);
		const later = await play.claim();
		await play.attest(later, [0, 2]);
		play.wait(play.world.operators.get(1)!.leftAt + 2 * ATTESTERS.epochSeconds + ATTESTERS.accusationSeconds);
		await play.play(play.stranger, { type: "advance", most: 5 });
		await play.play(play.stranger, { type: "exitOperator", operator: 1 });
		expect(play.gain(leaver)).toBe(STAKES[1]);
	});

	test("A7: gives its number to nobody before it is paid, and its key to nobody ever", async () => {
		await play.enlist(...STAKES);
		const leaver = play.accounts[1];
		await play.play(leaver, { type: "leaveSet" });
		expect(await play.try(leaver, { type: "leaveSet" })).toBe("WrongOperatorStatus");
		expect(await play.try(leaver, play.registration(leaver, 77n, 10_000n))).toBe("WrongOperatorStatus");
		await play.register(play.accounts[5], 50n);
		expect(play.world.operators.get(4)!.account).toBe(play.accounts[5]);
		play.wait(play.now + 2 * ATTESTERS.epochSeconds + ATTESTERS.accusationSeconds);
		await play.play(play.stranger, { type: "exitOperator", operator: 1 });
		const again = play.registration(leaver, 2n, 10_000n);
		expect(await play.try(leaver, again)).toBe("KeyUsed");
		await play.register(leaver, 77n);
		expect(play.world.operators.get(1)).toMatchObject({
			account: leaver,
			status: OPERATOR_STATUS.active,
		});
	});
});

test("only the operators' contract sends ether, which nobody else could have back", async () => {
	const { attestations } = play.stage;
	const before = await play.stage.chain.balance(attestations.address);
	const call = {
		from: play.stranger,
		to: attestations.address,
		data: "0x",
		value: 5n,
		gas: 100_000,
	} as const;
	const { error } = await play.stage.chain.send(call, (await play.stage.chain.time()) + 1);
	expect(error).toBe("WrongCaller");
	expect(await play.stage.chain.balance(attestations.address)).toBe(before);
});
