import {
	accusationBond,
	accuserFee,
	COVER_STATUS,
	capacityOf,
	RECORD_STATUS,
} from "@umpire/markets/attester-state.ts";
import { leastPremium } from "@umpire/markets/cover-moves.ts";
import type { Deployed } from "@umpire/testing/chain/deployed.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ATTESTERS } from "@umpire/testing/markets/attester-driver.ts";
import { describe, expect, test } from "vitest";
import { type AttesterPlay, attestersPerTest, outputOf, QUESTION } from "./attester-play.ts";
import { traceOf } from "./attester-programs.ts";

let play: AttesterPlay;
attestersPerTest((fresh) => {
	play = fresh;
});

const STAKES = [10_000n, 10_000n, 10_000n, 10_000n] as const;
const TOTAL = 40_000n;
const FEE = 2n * PARAMETERS.submitterBond;
/** All that can be relied on: half of the stake. */
const CAPACITY = capacityOf(ATTESTERS.rewardPermille, TOTAL);
const ALL = [0, 1, 2, 3];

/** A covered request whose claim states an output `by` above the right one, attested by all. */
async function covered(value: bigint, by = 0): Promise<{ request: number; claim: number; record: number }> {
	const claim = await play.claim(by);
	const request = play.world.game.claims[claim - 1].request;
	await play.cover(request, value);
	return { request, claim, record: await play.attest(claim, ALL) };
}

const bind = (request: number, record: number) => ({ type: "bindCover", request, record }) as const;

describe("a consumer relies on a softly final output", () => {
	test("A5: what it declared is paid to it in full when that was false, and its premium goes back", async () => {
		await play.enlist(...STAKES);
		const { request, claim, record } = await covered(9000n, 1);
		await play.play(play.stranger, bind(request, record));
		await play.bringDown(claim);
		await play.convict(record);
		expect(play.owed("attestations", play.client)).toBe(9000n + leastPremium(ATTESTERS, 9000n));
		expect(play.owed("attestations", play.challenger)).toBe(TOTAL / 4n);
		const { bond } = play.world.accusations[0];
		expect(play.owed("attestations", play.stranger)).toBe(FEE + bond);
		expect(play.world.ledgers.attestations.burned).toBe(TOTAL - TOTAL / 4n - 9000n - FEE);
		expect(play.world).toMatchObject({ reserved: 0n, pot: 0n });
	});

	test("A5: all covers of all claims together are at most what one slash brings", async () => {
		await play.enlist(...STAKES);
		const most = CAPACITY / 4n - FEE;
		const all: Awaited<ReturnType<typeof covered>>[] = [];
		for (const by of [1, 1, 1, 1]) all.push(await covered(most, by));
		const one = await covered(1n, 1);
		for (const { request, record } of all) await play.play(play.stranger, bind(request, record));
		expect(await play.try(play.stranger, bind(one.request, one.record))).toBe("CoverTooLarge");
		// one quorum was wrong about all of them: it is slashed once, and every consumer is paid
		for (const { claim } of all) await play.challenge(claim);
		play.wait(play.now + PARAMETERS.increment + PARAMETERS.reserve + 20);
		for (const [i] of all.entries()) await play.play(play.stranger, { type: "timeout", dispute: i + 1 });
		const claims: number[] = [];
		for (const { record } of all) {
			const accusation = await play.accuse(record);
			const { request } = play.world.accusations[accusation - 1];
			claims.push(await play.answer(request, 0, 0, play.stranger));
		}
		for (const [i, claim] of claims.entries()) {
			await play.finalise(claim);
			await play.play(play.stranger, { type: "judge", accusation: i + 1, claim });
		}
		const premiums = 4n * leastPremium(ATTESTERS, most);
		expect(play.owed("attestations", play.client)).toBe(4n * most + premiums);
		const bonds = play.world.accusations.reduce((sum, { bond }) => sum + bond, 0n);
		expect(play.owed("attestations", play.stranger)).toBe(4n * FEE + bonds);
		expect(play.world).toMatchObject({ reserved: 0n, pot: 0n });
	});

	test("A5: what was slashed for anything is kept as long as somebody relies on it", async () => {
		await play.enlist(...STAKES);
		const { request, claim, record } = await covered(CAPACITY - FEE, 1);
		await play.play(play.stranger, bind(request, record));
		// before anybody can convict them, the signers let themselves be slashed for something else
		const vote = (by: number) => {
			const statement = play.statement(QUESTION.program, QUESTION.inputsRoot, outputOf(by));
			const aggregate = play.signed(play.epoch, statement, 15n);
			return { epoch: play.epoch, outputRoot: outputOf(by), signers: 15n, aggregate, valid: true };
		};
		const move = { type: "equivocation", ...QUESTION, one: vote(0), other: vote(1) } as const;
		await play.play(play.submitter, move);
		expect(play.owed("attestations", play.submitter)).toBe(TOTAL / 4n);
		expect(play.world.pot).toBe(CAPACITY);
		await play.bringDown(claim);
		await play.convict(record);
		const premium = leastPremium(ATTESTERS, CAPACITY - FEE);
		expect(play.owed("attestations", play.client)).toBe(CAPACITY - FEE + premium);
	});

	test("A5: no accuser of another record is paid from what somebody relies on", async () => {
		await play.enlist(...STAKES);
		const { request, record } = await covered(CAPACITY - FEE, 0);
		const wrong = await play.claim(2);
		const other = await play.attest(wrong, [0]);
		await play.play(play.stranger, bind(request, record));
		await play.bringDown(wrong);
		await play.convict(other);
		const [{ bond }] = play.world.accusations;
		// a quarter of one stake for whoever caught it; three quarters lie in the pot, for the cover
		expect(play.owed("attestations", play.stranger)).toBe(bond);
		expect(play.world.pot).toBe((3n * STAKES[0]) / 4n);
	});

	test("A5: nothing is borne by signers who were slashed meanwhile", async () => {
		await play.enlist(...STAKES);
		const { request, record } = await covered(1000n, 0);
		const vote = (by: number, signers: bigint) => {
			const statement = play.statement(QUESTION.program, QUESTION.inputsRoot, outputOf(by));
			const aggregate = play.signed(play.epoch, statement, signers);
			return { epoch: play.epoch, outputRoot: outputOf(by), signers, aggregate, valid: true };
		};
		const move = { type: "equivocation", ...QUESTION, one: vote(1, 3n), other: vote(2, 3n) } as const;
		await play.play(play.stranger, move);
		expect(await play.try(play.stranger, bind(request, record))).toBe("NotSoft");
	});

	test("A5: a cover is its requester's own, has a premium, and goes back while nothing bears it", async () => {
		await play.enlist(...STAKES);
		const claim = await play.claim();
		const { request } = play.world.game.claims[claim - 1];
		const cover = { type: "cover", request, covered: 5000n, value: 10n } as const;
		expect(await play.try(play.stranger, cover)).toBe("NotTheRequester");
		expect(await play.try(play.client, { ...cover, value: 9n })).toBe("InvalidTerm");
		expect(await play.try(play.client, { ...cover, covered: 0n })).toBe("InvalidTerm");
		await play.play(play.client, cover);
		expect(await play.try(play.client, cover)).toBe("WrongCoverStatus");
		const uncover = { type: "uncover", request } as const;
		expect(await play.try(play.stranger, uncover)).toBe("NotTheRequester");
		await play.play(play.client, uncover);
		expect(play.owed("attestations", play.client)).toBe(10n);
		await play.play(play.client, cover);
		const other = await play.attest(await play.claim(), ALL);
		expect(await play.try(play.stranger, bind(request, other))).toBe("WrongRequest");
		const record = await play.attest(claim, [0, 1]);
		expect(await play.try(play.stranger, bind(request, record))).toBe("NotSoft");
		await play.attest(claim, [2]);
		await play.play(play.stranger, bind(request, record));
		expect(await play.try(play.client, uncover)).toBe("WrongCoverStatus");
	});

	test("A5: what is relied on is free again when the claim is final, or its record acquitted", async () => {
		await play.enlist(...STAKES);
		const { request, claim, record } = await covered(CAPACITY - FEE);
		await play.play(play.stranger, bind(request, record));
		await play.asIf(async () => {
			await play.finalise(claim);
			await play.sync(record);
			expect(play.world).toMatchObject({ reserved: 0n, leastStake: 0n });
			expect(play.world.covers.get(request)?.status).toBe(COVER_STATUS.ended);
		});
		await play.bringDown(claim);
		await play.sync(record);
		expect(play.world.reserved).toBe(CAPACITY);
		play.wait(play.record(record).endedAt + ATTESTERS.accusationSeconds + 1);
		await play.play(play.stranger, { type: "acquit", record });
		expect(play.world.reserved).toBe(0n);
		// A12: the soft result stands; nobody has earned the premium
		expect(play.owed("attestations", play.client)).toBe(leastPremium(ATTESTERS, CAPACITY - FEE));
	});

	test("A6: after the epoch of the signatures and the next one nothing is borne any more", async () => {
		await play.enlist(...STAKES);
		const claim = await play.claim();
		const { request } = play.world.game.claims[claim - 1];
		await play.cover(request, 1000n);
		const record = await play.attest(claim, ALL);
		play.nextEpoch(1);
		await play.asIf(() => play.play(play.stranger, bind(request, record)));
		play.wait(play.now + ATTESTERS.epochSeconds + 1);
		expect(await play.try(play.stranger, bind(request, record))).toBe("WrongEpoch");
	});
});

describe("a contract that opted in", () => {
	/** A request of a consumer contract, covered. */
	async function asking(
		value: bigint,
		by = 0,
	): Promise<{ recorder: Deployed; request: number; claim: number }> {
		const { chain, attestations } = play.stage;
		await play.settle();
		const recorder = await play.recorder();
		const { program, inputsRoot } = QUESTION;
		const question = {
			...{ program, inputsRoot, deadline: 2n ** 32n - 1n, consumer: recorder.address },
			...{ submitter: `0x${"00".repeat(20)}`, exclusiveUntil: 0n, isSealed: false },
		};
		const sending = { value: 50n };
		await recorder.send(play.client, "ask", [chain.market, question], sending);
		const request = Number(await chain.read<bigint>("requestCount"));
		await recorder.send(play.client, "cover", [attestations.address, BigInt(request), value], {
			value: leastPremium(ATTESTERS, value),
		});
		play.now = await chain.time();
		const made = traceOf(by).claim();
		const claim = await chain.act(
			play.submitter,
			{ type: "claim", value: PARAMETERS.submitterBond, request, ...made },
			play.now + 1,
		);
		expect(claim.error).toBe(undefined);
		play.now = await chain.time();
		return { recorder, request, claim: Number(await chain.read<bigint>("claimCount")) };
	}

	/** Without the model: what a contract asks for is not the play's. */
	async function attested(claim: number, request: number, gas?: number): Promise<string | undefined> {
		const { attestations } = play.stage;
		const statement = play.statement(QUESTION.program, QUESTION.inputsRoot, outputOf());
		const aggregate = play.signed(play.epoch, statement, 15n);
		const args = [BigInt(claim), BigInt(play.epoch), 15n, aggregate];
		await attestations.send(play.stranger, "attest", args);
		const sending = gas === undefined ? {} : { gas };
		const refused = await attestations.refusal(play.stranger, "bindCover", [BigInt(request), 1n], sending);
		play.now = await play.stage.chain.time();
		return refused;
	}

	test("A12: is told once that its answer is softly final, and of nothing before", async () => {
		await play.enlist(...STAKES);
		await play.settle();
		const before = await play.stage.chain.snapshot();
		const { recorder, request, claim } = await asking(1000n);
		expect(await recorder.read("softs")).toBe(0n);
		expect(await attested(claim, request)).toBe(undefined);
		expect(await recorder.read("softs")).toBe(1n);
		expect(await recorder.read("lastClaim")).toBe(BigInt(claim));
		const { attestations } = play.stage;
		expect(await attestations.refusal(play.stranger, "bindCover", [BigInt(request), 1n])).toBe(
			"WrongCoverStatus",
		);
		expect(await recorder.read("softs")).toBe(1n);
		await play.stage.chain.restore(before);
		play.now = await play.stage.chain.time();
	});

	test("A12: changes nothing by reverting or by burning its gas, and nobody can starve it", async () => {
		await play.enlist(...STAKES);
		const { chain, attestations } = play.stage;
		await play.settle();
		const before = await chain.snapshot();
		const { recorder, request, claim } = await asking(1000n);
		await recorder.send(play.client, "setMood", [2n]);
		play.now = await chain.time();
		expect(await attested(claim, request, 350_000)).toBe("TooLittleGas");
		expect(await attestations.refusal(play.stranger, "bindCover", [BigInt(request), 1n])).toBe(undefined);
		expect(await recorder.read("softs")).toBe(0n);
		const [reserved] = await attestations.read<readonly bigint[]>("reliedOn");
		expect(reserved).toBe(1000n + FEE);
		await chain.restore(before);
		play.now = await chain.time();
	});

	test("A12: is told of a revocation on conviction only, and is paid", async () => {
		await play.enlist(...STAKES);
		const { chain } = play.stage;
		await play.settle();
		// a request of an account that names a contract: the account is paid, the contract is told
		const told = await play.recorder();
		play.now = await chain.time();
		const claim = await play.claim(1, { consumer: told.address });
		const { request } = play.world.game.claims[claim - 1];
		await play.cover(request, 3000n);
		const record = await play.attest(claim, ALL);
		await play.play(play.stranger, bind(request, record));
		expect(await told.read("softs")).toBe(1n);
		await play.bringDown(claim);
		await play.sync(record);
		expect(play.record(record).status).toBe(RECORD_STATUS.open);
		expect(await told.read("revocations")).toBe(0n);
		await play.convict(record);
		expect(await told.read("revocations")).toBe(1n);
		expect(play.owed("attestations", play.client)).toBe(3000n + leastPremium(ATTESTERS, 3000n));
	});
});

test("L3: whoever is on both sides of a slash gets back less than it loses", async () => {
	await play.enlist(...STAKES);
	const claim = await play.claim(1);
	const record = await play.attest(claim, [0]);
	await play.bringDown(claim);
	expect(accusationBond(play.world, play.record(record))).toBe((2500n + accuserFee(play.world) + 99n) / 100n);
	await play.convict(record);
	const [{ bond }] = play.world.accusations;
	const gained = play.owed("attestations", play.challenger) + play.owed("attestations", play.stranger) - bond;
	expect(gained).toBe(2500n + FEE);
	expect(play.world.ledgers.attestations.burned).toBe(STAKES[0] - gained);
});
