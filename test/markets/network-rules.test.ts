import type { Hex } from "@umpire/commitment/constants.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import { endOf, JOB_STATUS } from "@umpire/markets/network-state.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { NETWORK } from "@umpire/testing/markets/network-driver.ts";
import { describe, expect, test } from "vitest";
import { type NetworkPlay, networkPerTest } from "./network-play.ts";
import { PROGRAMS, traceOf } from "./random-grid-moves.ts";

const { increment, submitterBond, burnPermille } = PARAMETERS;
const { jobFee, pokeFee } = NETWORK;
const REWARD = 100n;
const EXPOSURE = 700n;
const burnedOf = (amount: bigint): bigint => (amount * BigInt(burnPermille)) / 1000n;

let play: NetworkPlay;
networkPerTest((fresh) => {
	play = fresh;
});
/** All that an account is owed by both contracts. */
const ether = (account: Hex): bigint => play.owed("workers", account) + play.owed("jobs", account);
const burned = (): bigint => play.world.ledgers.workers.burned + play.world.ledgers.jobs.burned;

describe("W7, W11: what is paid, and when", () => {
	test("a reward is paid when the claim is final, exact to a wei, and fees that nobody has earned go back", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const before = burned();
		const job = await play.submit({ tries: 3 });
		await play.assign(job);
		const spent = pokeFee + play.stage.fee;
		const claim = await play.complete(job);
		expect(ether(worker)).toBe(0n);
		await play.finalise(claim);
		expect(play.job(job)).toMatchObject({ status: JOB_STATUS.verified, claim });
		expect(ether(worker)).toBe(REWARD);
		expect(ether(play.client)).toBe(3n * jobFee - spent);
		expect(burned()).toBe(before);
		expect(await play.try(worker, { type: "syncJob", job, claim })).toBe("WrongJobStatus");
	});

	test("W7: from the offer on only the rules move the reward", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const job = await play.submit();
		const cancel = { type: "cancel", job } as const;
		expect(await play.try(play.stranger, cancel)).toBe("NotTheClient");
		const end = endOf(play.world, play.job(job).round);
		play.wait(end - 1);
		expect(await play.asIf(() => play.try(play.client, cancel))).toBe(undefined);
		// Whoever knows the value could choose whom the jobs after this one are given to.
		play.wait(end);
		expect(await play.try(play.client, cancel)).toBe("RoundOver");
		await play.draw();
		expect(await play.try(play.client, cancel)).toBe("WrongJobStatus");
		await play.play(worker, { type: "accept", job });
		expect(await play.try(play.client, cancel)).toBe("WrongJobStatus");
		const claim = await play.complete(job);
		expect(await play.try(play.client, cancel)).toBe("WrongJobStatus");
		await play.finalise(claim);
		expect(await play.try(play.client, cancel)).toBe("WrongJobStatus");
		// Of what it has put in it has fees back that nobody has earned, and nothing of the reward.
		expect(ether(play.client)).toBe(jobFee - pokeFee - play.stage.fee);
	});

	test("a job that is cancelled gives its reward back, and this try's fee to nobody", async () => {
		await play.play(play.client, { type: "register", header: PROGRAMS[0].header });
		const job = await play.submit({ tries: 2 });
		const before = burned();
		await play.play(play.client, { type: "cancel", job });
		expect(ether(play.client)).toBe(REWARD + jobFee);
		expect(burned() - before).toBe(jobFee - play.stage.fee);
		// Its place in the round is empty.
		await play.draw();
		expect(play.job(job)).toMatchObject({ status: JOB_STATUS.cancelled, drawn: 0 });
		const open = await play.submit();
		for (let i = 0; i < 3; i++) await play.draw();
		await play.play(play.client, { type: "cancel", job: open });
		expect(play.job(open).status).toBe(JOB_STATUS.cancelled);
	});
});

describe("W6: what an offer puts at risk", () => {
	test("a worker that declines loses nothing; no client earns by jobs nobody can do", async () => {
		const workers = play.workers.slice(0, 3);
		await play.enlist(workers);
		const before = workers.map((worker) => play.worker(worker));
		// The client pokes itself, and asks for what nobody can compute.
		const job = await play.submit();
		const poke = async () => {
			await play.reveal();
			if (play.world.changes.length > 0) await play.apply();
			await play.play(play.client, { type: "drawJobs", most: 1 });
		};
		await poke();
		const [first] = workers.filter((worker) => worker === play.job(job).worker);
		await play.play(first, { type: "decline", job });
		await poke();
		const second = play.job(job).worker;
		play.wait(play.job(job).until + 1);
		await play.play(play.client, { type: "lapse", job });
		await poke();
		const third = play.job(job).worker;
		expect(new Set([first, second, third]).size).toBe(3);
		await play.play(third, { type: "accept", job });
		play.wait(play.job(job).until + increment);
		await play.play(play.client, { type: "expireJob", job });
		expect(play.job(job).status).toBe(JOB_STATUS.failed);
		for (const [i, worker] of workers.entries()) {
			expect(play.worker(worker).stake).toBe(before[i].stake - (worker === third ? 20n : 0n));
			expect(play.worker(worker).exposure).toBe(0n);
		}
		expect(play.worker(first)).toMatchObject({ reputation: 100, wanted: true });
		expect(play.worker(second)).toMatchObject({ reputation: 95, wanted: false });
		// It put in 140, of which values of the beacon were paid; it is owed the rest at most.
		expect(ether(play.client)).toBeLessThanOrEqual(REWARD + jobFee);
	});
});

describe("W8: attempts that fail", () => {
	test("W7, W8: boundaries of deadline, grace and expire; a claim before expire counts", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const job = await play.submit();
		await play.assign(job);
		const expire = { type: "expireJob", job } as const;
		const end = play.job(job).until + increment;
		play.wait(end - 1);
		expect(await play.asIf(() => play.try(play.stranger, expire))).toBe("AttemptRunning");
		play.wait(end);
		expect(await play.asIf(() => play.try(play.stranger, expire))).toBe(undefined);
		play.wait(end + 1);
		const claim = await play.claim(job);
		expect(await play.try(play.stranger, expire)).toBe("ClaimMade");
		await play.finalise(claim);
		expect(ether(worker)).toBe(REWARD);
		expect(play.worker(worker)).toMatchObject({ reputation: 100, stake: 1000n });
	});

	test("late: a fifth of the reward; the client has no more of it than this try's fee has burned", async () => {
		for (const [reward, exposure] of [
			[100n, 700n],
			[500n, 700n],
		] as const) {
			const at = play.workers[reward === 100n ? 0 : 1];
			if (reward === 100n) await play.enlist([at]);
			else {
				await play.register(at);
				await play.apply();
			}
			const job = await play.submit({ reward, exposure });
			await play.assign(job);
			const rest = play.job(job).budget;
			const before = { client: ether(play.client), burned: burned() };
			play.wait(play.job(job).until + increment);
			await play.play(play.stranger, { type: "expireJob", job });
			const slash = reward / 5n;
			const paid = slash < rest ? slash : rest;
			expect(ether(play.client) - before.client).toBe(reward + paid);
			expect(burned() - before.burned).toBe(slash - paid + rest);
			expect(play.worker(at)).toMatchObject({ stake: 1000n - slash, exposure: 0n, unresolved: 0 });
			expect(play.worker(at)).toMatchObject({ reputation: 75, wanted: false });
		}
	});

	test("late for a token: a fifth of the exposure, as a token's worth is unknown", async () => {
		const { token, jobs } = play.stage;
		const [worker] = play.workers;
		await play.enlist([worker], 1000n, { tokens: [{ token: token.address, least: 1n }] });
		await token.send(play.client, "mint", [play.client, 10n ** 6n], { at: ++play.now });
		await token.send(play.client, "approve", [jobs.address, 10n ** 6n], { at: ++play.now });
		const job = await play.submit({ token: token.address, reward: 5000n });
		await play.assign(job);
		play.wait(play.job(job).until + increment);
		await play.play(play.stranger, { type: "expireJob", job });
		expect(play.worker(worker).stake).toBe(1000n - EXPOSURE / 5n);
		expect(play.owed("jobs", play.client, token.address)).toBe(5000n);
	});

	test("V1: a false claim costs bond and exposure; who caught it has both less the burned part, the client nothing", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const job = await play.submit();
		await play.assign(job);
		const claim = await play.complete(job, 2);
		const before = burned();
		await play.bringDown(claim);
		const rest = play.job(job).budget;
		await play.play(play.stranger, { type: "syncJob", job, claim });
		expect(ether(play.challenger)).toBe(EXPOSURE - burnedOf(EXPOSURE));
		expect(burned() - before).toBe(burnedOf(EXPOSURE) + rest);
		expect(ether(play.client)).toBe(REWARD);
		expect(play.worker(worker)).toMatchObject({ stake: 300n, exposure: 0n, reputation: 50, wanted: false });
		expect(play.job(job).status).toBe(JOB_STATUS.failed);
	});

	test("W1: false claims in flight cost an exposure each, and every one is paid in full", async () => {
		const [worker] = play.workers;
		await play.enlist([worker], 2000n, { capacity: 1 });
		const ids: number[] = [];
		const claims: number[] = [];
		for (let i = 0; i < 2; i++) {
			const job = await play.submit();
			await play.assign(job);
			ids.push(job);
			claims.push(await play.complete(job, 1));
		}
		for (const claim of claims) await play.bringDown(claim);
		for (const [i, claim] of claims.entries()) {
			await play.play(play.stranger, { type: "syncJob", job: ids[i], claim });
		}
		expect(play.worker(worker)).toMatchObject({ stake: 600n, exposure: 0n, reputation: 0 });
		expect(ether(play.challenger)).toBe(2n * (EXPOSURE - burnedOf(EXPOSURE)));
	});

	test("a failed job is given to another worker as often as the client has paid for, then the reward goes back", async () => {
		const workers = play.workers.slice(0, 3);
		await play.enlist(workers);
		const job = await play.submit({ tries: 2 });
		const first = await play.assign(job);
		const claim = await play.complete(job, 1);
		await play.bringDown(claim);
		await play.play(play.stranger, { type: "syncJob", job, claim });
		expect(play.job(job)).toMatchObject({ status: JOB_STATUS.pending, tries: 0, draws: 0, worker: NOBODY });
		expect(play.job(job).budget).toBe(jobFee - play.stage.fee);
		const second = await play.assign(job);
		expect(second).not.toBe(first);
		play.wait(play.job(job).until + increment);
		await play.play(play.stranger, { type: "expireJob", job });
		expect(play.job(job)).toMatchObject({ status: JOB_STATUS.failed, budget: 0n });
		expect(ether(play.client)).toBeGreaterThanOrEqual(REWARD);
		expect(play.owed("jobs", play.client)).toBe(REWARD);
	});
});

describe("C1, C5, C6: jobs believe their market alone, about requests of their own", () => {
	test("C1: only the assigned worker's claim counts, once, before and after the end of its attempt", async () => {
		const workers = play.workers.slice(0, 2);
		await play.enlist(workers);
		const job = await play.submit({ tries: 2 });
		const worker = await play.assign(job);
		const { request, until } = play.job(job);
		const claim = { type: "claim", value: submitterBond, request, ...traceOf(1).claim() } as const;
		expect(await play.try(play.stranger, claim)).toBe("ExclusiveRequest");
		play.wait(until + increment);
		await play.play(play.stranger, { type: "expireJob", job });
		expect(await play.try(play.stranger, claim)).toBe("ExclusiveRequest");
		// A claim on an attempt that was ended has its bond back from the market, and nothing from here.
		await play.play(worker, claim);
		await play.finalise(1);
		expect(await play.try(worker, { type: "syncJob", job, claim: 1 })).toBe("WrongJobStatus");
		await play.assign(job);
		expect(await play.try(worker, { type: "syncJob", job, claim: 1 })).toBe("NotTheClaim");
		expect(ether(worker)).toBe(0n);
	});

	test("C1: a worker cannot hide its rejection: not by another claim, not by an expiry", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const job = await play.submit();
		await play.assign(job);
		const { request, until } = play.job(job);
		const claim = await play.claim(job, 1);
		await play.bringDown(claim);
		const again = { type: "claim", value: submitterBond, request, ...traceOf(1).claim() } as const;
		expect(await play.try(worker, again)).toBe("RequestClosed");
		play.wait(Math.max(play.now, until) + 1000);
		expect(await play.try(worker, { type: "expireJob", job })).toBe("ClaimMade");
		// Nobody is told of it: what counts is what the market says.
		expect(await play.try(play.stranger, { type: "deliver", claim })).toBe("NoConsumer");
		expect(play.job(job).status).toBe(JOB_STATUS.assigned);
		await play.play(play.stranger, { type: "syncJob", job, claim });
		expect(ether(play.challenger)).toBe(EXPOSURE - burnedOf(EXPOSURE));
	});

	test("C5: what an ending brings is read, once, by whoever asks, and never before the claim has ended", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const job = await play.submit();
		await play.assign(job);
		const claim = await play.complete(job);
		const sync = { type: "syncJob", job, claim } as const;
		expect(await play.try(worker, sync)).toBe("ClaimLive");
		play.wait(play.now + PARAMETERS.challengePeriod + 1);
		await play.play(play.stranger, { type: "finalise", claim });
		expect(play.job(job).status).toBe(JOB_STATUS.completed);
		expect(await play.try(play.stranger, { ...sync, claim: claim + 1 })).toBe("WrongClaimStatus");
		await play.play(play.stranger, sync);
		expect(play.job(job).status).toBe(JOB_STATUS.verified);
		expect(await play.try(play.stranger, sync)).toBe("WrongJobStatus");
		expect(ether(worker)).toBe(REWARD);
	});

	test("C6: neither a foreign request nor its final claim changes state or money", async () => {
		const { jobs } = play.stage;
		const [worker] = play.workers;
		await play.enlist([worker]);
		const job = await play.submit();
		await play.assign(job);
		const { request: own, terms } = play.job(job);
		// Somebody asks the same, and names the jobs contract as whom to tell.
		const { program, inputsRoot } = terms;
		const question = { program, inputsRoot, deadline: play.now + 5000, consumer: jobs.address };
		await play.play(worker, { type: "request", value: 1n, ...question });
		const request = play.world.game.requests.length;
		expect(request).not.toBe(own);
		await play.play(worker, { type: "claim", value: submitterBond, request, ...traceOf(1, 3).claim() });
		const [before] = await play.both(play.people);
		// It has nothing that could be told.
		play.wait(play.now + PARAMETERS.challengePeriod + 1);
		await play.play(play.stranger, { type: "finalise", claim: 1 });
		expect(await play.try(worker, { type: "syncJob", job, claim: 1 })).toBe("NotTheClaim");
		expect((await play.both(play.people))[0]).toEqual(before);
	});
});

describe("what is not there", () => {
	test("no job, no round: nothing is moved", async () => {
		expect(await play.try(play.stranger, { type: "drawJobs", most: 1 })).toBe("NothingToDraw");
		await play.enlist([play.workers[0]]);
		const job = await play.submit();
		for (const unknown of [0, job + 1]) {
			expect(await play.try(play.client, { type: "cancel", job: unknown })).toBe("UnknownJob");
			expect(await play.try(play.stranger, { type: "syncJob", job: unknown, claim: 1 })).toBe("UnknownJob");
		}
		await play.play(play.client, { type: "cancel", job });
	});
});
