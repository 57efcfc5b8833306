import type { Hex } from "@umpire/commitment/constants.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import { endOf, JOB_STATUS, roundAt } from "@umpire/markets/network-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { NETWORK } from "@umpire/testing/markets/network-driver.ts";
import { describe, expect, test } from "vitest";
import { type NetworkPlay, networkPerTest } from "./network-play.ts";
import { PROGRAMS } from "./random-grid-moves.ts";
import { entryPrice, JOB_TERMS, jobPrice, WORKER_TERMS } from "./random-network-moves.ts";

let play: NetworkPlay;
networkPerTest((fresh) => {
	play = fresh;
});

/** Who was given each job, and which slot. */
const choices = () => play.world.jobs.map(({ worker, slot }) => [worker, slot]);
const drawIn = (most: number, by: Hex) => play.play(by, { type: "drawJobs", most });
const outOfList = async (worker: Hex) => {
	await play.play(worker, { type: "pause" });
	await play.apply();
};

describe("W2, W3, B1: nobody chooses who is drawn", () => {
	test("the choice is the same whoever pokes, whenever, after any joins", async () => {
		const [first, second, third, late, later] = play.workers;
		await play.enlist([first, second, third], 2000n);
		// One attempt is completed and one is running: they end in the meantime.
		const [done, running] = [await play.submit(), await play.submit()];
		await play.draw();
		for (const job of [done, running]) await play.play(play.job(job).worker, { type: "accept", job });
		const claims = [await play.complete(done), 0];
		for (let i = 0; i < 4; i++) await play.submit();
		await play.reveal(123n);
		const atOnce = await play.asIf(async () => {
			await drawIn(100, play.client);
			return choices();
		});
		expect(atOnce.filter(([worker]) => worker !== NOBODY).length).toBeGreaterThan(4);
		const afterwards = await play.asIf(async () => {
			await play.register(late, 3000n);
			await play.play(first, { type: "pause" });
			await play.play(second, { type: "leave" });
			// Slots and stake that come back now are not there yet for this round.
			claims[1] = await play.complete(running);
			await play.finalise(...claims);
			await play.register(later, 1000n);
			for (let i = 0; i < 2; i++) await drawIn(2, i === 0 ? third : late);
			return choices();
		});
		expect(afterwards).toEqual(atOnce);
		await drawIn(4, play.stranger);
	});

	test("changes of a round come before its draw, and those of later rounds after it", async () => {
		const [first, second, third] = play.workers;
		await play.enlist([first, second]);
		const job = await play.submit();
		await play.register(third);
		await play.reveal();
		expect(await play.try(play.stranger, { type: "drawJobs", most: 1 })).toBe("ChangesWaiting");
		await play.play(first, { type: "pause" });
		await play.play(play.stranger, { type: "applyChanges", most: 200 });
		expect(play.world.entries.map(({ worker }) => worker)).toEqual([first, second, third]);
		expect(await play.try(play.stranger, { type: "applyChanges", most: 200 })).toBe("NothingToApply");
		await drawIn(1, play.stranger);
		expect(play.job(job).status).toBe(JOB_STATUS.offered);
		await play.apply();
		expect(play.world.entries.map(({ worker }) => worker)).toEqual([third, second]);
	});

	test("changes are applied in slices, in order, and whoever does it is paid for each slot", async () => {
		const [first, second] = play.workers;
		await play.play(play.client, { type: "register", header: PROGRAMS[0].header });
		await play.register(first, 3000n, { capacity: 3 });
		await play.register(second, 9000n, { capacity: 2 });
		await play.play(first, { type: "pause" });
		const applied = async (most: number) => {
			await play.play(play.stranger, { type: "applyChanges", most });
			return play.world.entries.map(({ worker, slot }) => `${play.workers.indexOf(worker)}${slot}`);
		};
		expect(await applied(2)).toEqual(["00", "01"]);
		expect(await applied(2)).toEqual(["00", "01", "02", "10"]);
		expect(await applied(2)).toEqual(["00", "01", "11", "10"]);
		expect(await applied(9)).toEqual(["11", "10"]);
		expect(play.owed("workers", play.stranger)).toBe(8n * NETWORK.changeFee);
	});

	test("B1: jobs are drawn after their round, with the value that was fixed when the first of them came", async () => {
		await play.enlist(play.workers.slice(0, 2));
		const job = await play.submit();
		const [{ round, beaconRound }] = play.world.rounds;
		expect(beaconRound).toBe(endOf(play.world, round) + play.stage.drift);
		play.wait(endOf(play.world, round) - 1);
		expect(await play.try(play.stranger, { type: "drawJobs", most: 1 })).toBe("RoundNotOver");
		expect(await play.try(play.stranger, { type: "drawJobs", most: 1 })).toBe("RoundPending");
		await play.submit();
		expect(play.world.rounds.map((one) => one.round)).toEqual([round, round + 1]);
		await play.reveal();
		await drawIn(9, play.stranger);
		expect(play.job(job).status).toBe(JOB_STATUS.offered);
		expect(await play.try(play.stranger, { type: "drawJobs", most: 1 })).toBe("RoundNotOver");
	});

	test("B1: a void round finds nobody, and its jobs wait for another", async () => {
		await play.enlist(play.workers.slice(0, 2));
		const job = await play.submit();
		const [{ round, beaconRound }] = play.world.rounds;
		play.wait(beaconRound);
		await play.play(play.stranger, { type: "makeVoid", round: beaconRound });
		await drawIn(1, play.stranger);
		expect(play.job(job)).toMatchObject({ status: JOB_STATUS.pending, draws: 1 });
		expect(play.job(job).round).toBeGreaterThan(round);
	});
});

describe("W1, W3: who may be drawn", () => {
	test("only a slot that is free: it is busy from the offer to the claim, and no job has it twice", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const [one, other] = [await play.submit(), await play.submit()];
		await play.draw();
		expect([one, other].map((job) => play.job(job).status)).toEqual([JOB_STATUS.offered, JOB_STATUS.pending]);
		await play.play(worker, { type: "accept", job: one });
		await play.draw();
		expect(play.job(other).status).toBe(JOB_STATUS.pending);
		await play.play(play.client, { type: "submit", terms: JOB_TERMS, value: jobPrice(JOB_TERMS) });
		await play.complete(one);
		// Its exposure is bound until the end: of 1000 there are 300 left.
		await play.draw();
		expect(play.job(other)).toMatchObject({ status: JOB_STATUS.pending, round: 0 });
		await play.finalise(1);
	});

	test("a slot is free again at the claim, its exposure at the ending", async () => {
		const [worker] = play.workers;
		await play.enlist([worker], 2000n, { capacity: 1 });
		const one = await play.submit();
		await play.assign(one);
		const claims = [await play.complete(one)];
		const two = await play.submit();
		expect(await play.assign(two)).toBe(worker);
		claims.push(await play.complete(two));
		expect(play.worker(worker)).toMatchObject({ exposure: 1400n, unresolved: 2 });
		const three = await play.submit();
		await play.draw();
		expect(play.job(three).status).toBe(JOB_STATUS.pending);
		await play.finalise(...claims);
		// It came back after the end of the round that the job waits in.
		await play.draw();
		expect(play.job(three)).toMatchObject({ worker: NOBODY, draws: 2 });
		await play.draw();
		expect(play.job(three).worker).toBe(worker);
	});

	test("a slot that was given back after a round's end is not in its draw", async () => {
		const [worker] = play.workers;
		await play.enlist([worker], 5000n, { capacity: 1 });
		const [one, two] = [await play.submit(), await play.submit()];
		await play.assign(one);
		// There is stake for both, but one slot.
		expect(play.job(two)).toMatchObject({ status: JOB_STATUS.pending, draws: 1 });
		await play.reveal();
		await play.complete(one);
		await drawIn(1, play.stranger);
		expect(play.job(two)).toMatchObject({ status: JOB_STATUS.pending, draws: 2 });
		await play.draw();
		expect(play.job(two).worker).toBe(worker);
	});

	test("only who takes the program, the token and the reward", async () => {
		const [any, poor, other, inTokens] = play.workers;
		const { token } = play.stage;
		await play.enlist([any], 1000n);
		await play.register(poor, 1000n, { leastReward: 500n });
		await play.register(other, 1000n, { programs: [PROGRAMS[1].root] });
		const tokens = [{ token: token.address, least: 20n }];
		await play.register(inTokens, 1000n, { leastReward: 2n ** 100n, tokens });
		await play.apply();
		await token.send(play.client, "mint", [play.client, 10n ** 6n], { at: ++play.now });
		await token.send(play.client, "approve", [play.stage.jobs.address, 10n ** 6n], { at: ++play.now });
		const inEther = await play.submit({ reward: 499n });
		const tooLittle = await play.submit({ token: token.address, reward: 19n });
		const enough = await play.submit({ token: token.address, reward: 20n });
		const check = () => {
			expect(play.job(inEther).worker).toBe(any);
			expect(play.job(tooLittle).worker).toBe(NOBODY);
			expect(play.job(enough).worker).toBe(inTokens);
		};
		// Whatever the value is.
		for (let value = 1n; value <= 12n; value++) {
			await play.asIf(async () => {
				await play.draw(value);
				check();
			});
		}
		await play.draw();
		check();
		const rich = await play.submit({ reward: 500n });
		await play.draw();
		expect(play.job(rich).worker).toBe(poor);
	});

	test("slots are what the stake backs, up to the capacity, and at least one", async () => {
		const [one, two] = play.workers;
		await play.register(one, 3999n, { capacity: 64 });
		await play.register(two, 64_000n, { capacity: 2 });
		expect([one, two].map((worker) => play.worker(worker).slots)).toEqual([3, 2]);
		const [, , third] = play.workers;
		const register = async (stake: bigint, capacity: number, excess = 0n) =>
			play.try(third, {
				type: "registerWorker",
				terms: { ...WORKER_TERMS, capacity },
				stake,
				value: entryPrice(capacity, stake) + excess,
			});
		expect(await register(999n, 1)).toBe("InvalidTerm");
		expect(await register(1000n, 0)).toBe("InvalidTerm");
		expect(await register(100_000n, 65)).toBe("InvalidTerm");
		expect(await register(1000n, 1, 1n)).toBe("WrongValue");
		expect(await register(1000n, 1)).toBe(undefined);
		expect(await register(1000n, 1)).toBe("WrongWorkerStatus");
	});

	test("terms change only while no slot is in the list, or about to be", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const back = { type: "resume", terms: WORKER_TERMS, added: 0n, value: 4n } as const;
		expect(await play.try(worker, back)).toBe("StillListed");
		await play.play(worker, { type: "pause" });
		expect(await play.try(worker, back)).toBe("StillListed");
		expect(await play.try(worker, { type: "pause" })).toBe("AlreadyPaused");
		await play.apply();
		await play.resume(worker, 1000n, { capacity: 2, leastReward: 77n });
		expect(play.worker(worker)).toMatchObject({ slots: 2, stake: 2000n, listed: 0 });
	});

	test("W5: the coin is thrown with the reputation that a worker had when its slots were queued", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		// Nobody with a reputation of 0 is ever drawn.
		for (let missed = 0; missed < 20; missed++) {
			const job = await play.submit();
			for (let value = 1n; play.job(job).status !== JOB_STATUS.offered; value++) await play.draw(value);
			expect(play.worker(worker).weight).toBe(100 - 5 * missed);
			play.wait(play.job(job).until + 1);
			await play.play(play.stranger, { type: "lapse", job });
			await play.apply();
			await play.resume(worker);
			await play.apply();
			await play.draw();
			while (play.job(job).round !== 0) await play.draw();
		}
		expect(play.worker(worker)).toMatchObject({ reputation: 0, weight: 0 });
		const never = await play.submit();
		for (let value = 1n; value < 4n; value++) await play.draw(value);
		expect(play.job(never)).toMatchObject({ status: JOB_STATUS.pending, round: 0 });
	});

	test("who declined, missed or failed a job is not drawn for it again", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const job = await play.submit();
		await play.draw();
		await play.play(worker, { type: "decline", job });
		await play.draw();
		expect(play.job(job)).toMatchObject({ status: JOB_STATUS.pending, draws: 2 });
		const other = await play.submit();
		await play.draw();
		expect(play.job(other).worker).toBe(worker);
	});
});

describe("W3: nobody can hold a job up", () => {
	test("anyone pokes and is paid; after 3 draws anyone active takes", async () => {
		const [taker, idle] = play.workers;
		await play.play(play.client, { type: "register", header: PROGRAMS[0].header });
		const job = await play.submit();
		const take = { type: "take", job, value: 700n } as const;
		for (let i = 0; i < 3; i++) {
			expect(await play.try(taker, take)).toBe("NotOpen");
			await play.draw();
		}
		expect(play.owed("jobs", play.stranger)).toBe(3n * NETWORK.pokeFee);
		expect(play.world.rounds).toEqual([]);
		expect(await play.try(taker, take)).toBe("WrongWorkerStatus");
		await play.register(taker);
		expect(await play.try(taker, { ...take, value: 699n })).toBe("WrongValue");
		await play.play(taker, take);
		expect(await play.try(idle, take)).toBe("WrongJobStatus");
		// It has brought what it binds: its stake backs as much as before.
		expect(play.worker(taker)).toMatchObject({ stake: 1700n, exposure: 700n, unresolved: 1 });
		await play.finalise(await play.claim(job));
		expect(play.worker(taker)).toMatchObject({ stake: 1700n, exposure: 0n, unresolved: 0 });
		expect(play.owed("jobs", taker)).toBe(100n);
	});

	test("an offer is accepted up to its last second, and ended by anyone from the next one on", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const job = await play.submit();
		await play.draw();
		const { until } = play.job(job);
		expect(await play.try(play.stranger, { type: "accept", job })).toBe("NotTheWorker");
		play.wait(until);
		expect(await play.asIf(() => play.try(play.stranger, { type: "lapse", job }))).toBe("OfferRunning");
		expect(await play.asIf(() => play.try(worker, { type: "accept", job }))).toBe(undefined);
		play.wait(until + 1);
		expect(await play.asIf(() => play.try(worker, { type: "accept", job }))).toBe("OfferOver");
		const before = play.owed("jobs", play.stranger);
		expect(await play.try(play.stranger, { type: "lapse", job })).toBe(undefined);
		expect(play.owed("jobs", play.stranger) - before).toBe(NETWORK.pokeFee);
		expect(play.worker(worker)).toMatchObject({ reputation: 95, wanted: false, stake: 1000n, exposure: 0n });
	});
});

describe("terms of jobs", () => {
	test("are within their bounds, and pay for every try", async () => {
		await play.play(play.client, { type: "register", header: PROGRAMS[0].header });
		const submit = (change: Partial<typeof JOB_TERMS>, excess = 0n) => {
			const terms = { ...JOB_TERMS, ...change };
			return play.try(play.client, { type: "submit", terms, value: jobPrice(terms) + excess });
		};
		expect(await submit({ reward: 49n })).toBe("InvalidTerm");
		expect(await submit({ reward: 100n, exposure: 19n })).toBe("InvalidTerm");
		expect(await submit({ reward: 100n, exposure: 20n })).toBe(undefined);
		expect(await submit({ workSeconds: 0 })).toBe("InvalidTerm");
		expect(await submit({ tries: 0 })).toBe("InvalidTerm");
		expect(await submit({ tries: 9 })).toBe("InvalidTerm");
		expect(await submit({ tries: 8 })).toBe(undefined);
		expect(await submit({}, 1n)).toBe("WrongValue");
		expect(await submit({ program: PROGRAMS[1].root })).toBe("UnknownProgram");
		expect(await submit({ inputsRoot: `0x${"00".repeat(32)}` })).toBe("InputsMismatch");
	});
});

test("a paused worker's attempts go on", async () => {
	const [worker] = play.workers;
	await play.enlist([worker]);
	const job = await play.submit();
	await play.assign(job);
	await outOfList(worker);
	await play.finalise(await play.claim(job));
	expect(play.owed("jobs", worker, ETHER)).toBe(100n);
	expect(roundAt(play.world, play.now)).toBeGreaterThan(2);
	expect(PARAMETERS.submitterBond).toBe(NETWORK.slotStake);
});
