import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import { JOB_STATUS, WORKER_STATUS } from "@umpire/markets/network-state.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { NETWORK } from "@umpire/testing/markets/network-driver.ts";
import { describe, expect, test } from "vitest";
import { type NetworkPlay, networkPerTest } from "./network-play.ts";
import { entryPrice, WORKER_TERMS } from "./random-network-moves.ts";

const { increment, submitterBond } = PARAMETERS;
const { jobFee, pokeFee, exitDelay } = NETWORK;
const DAY = 86_400;
const REWARD = 100n;
const EXPOSURE = 700n;

let play: NetworkPlay;
networkPerTest((fresh) => {
	play = fresh;
});
/** All that an account is owed by both contracts. */
const ether = (account: Hex): bigint => play.owed("workers", account) + play.owed("jobs", account);
const burned = (): bigint => play.world.ledgers.workers.burned + play.world.ledgers.jobs.burned;

describe("W5: reputation", () => {
	test("no sequence of own jobs raises reputation above 100 or returns more than it costs", async () => {
		const [worker] = play.workers;
		const { token, jobs } = play.stage;
		await play.enlist([worker], 3000n, { capacity: 1, tokens: [{ token: token.address, least: 1n }] });
		await token.send(worker, "mint", [worker, 10n ** 6n], { at: ++play.now });
		await token.send(worker, "approve", [jobs.address, 10n ** 6n], { at: ++play.now });
		const own = async (terms = {}) => {
			const job = await play.submit(terms, worker);
			await play.assign(job);
			await play.finalise(await play.complete(job));
			return play.worker(worker).reputation;
		};
		const had = ether(worker);
		expect(await own()).toBe(100);
		// Of the reward and the fee it has back what nobody else has earned: a draw and a value of the beacon.
		expect(ether(worker) - had).toBe(REWARD + jobFee - pokeFee - play.stage.fee);
		const missed = await play.submit({}, worker);
		await play.draw();
		play.wait(play.job(missed).until + 1);
		await play.play(play.stranger, { type: "lapse", job: missed });
		await play.apply();
		await play.resume(worker, 0n, { capacity: 1, tokens: [{ token: token.address, least: 1n }] });
		await play.apply();
		// One a day, and none for a token that anybody can make.
		play.wait((Math.floor(play.now / DAY) + 1) * DAY + 100);
		expect(await own({ token: token.address, reward: 1n })).toBe(95);
		expect(await own()).toBe(96);
		expect(await own()).toBe(96);
		for (const reputation of [97, 98, 99, 100, 100]) {
			play.wait((Math.floor(play.now / DAY) + 1) * DAY + 100);
			expect(await own()).toBe(reputation);
		}
	});

	test("whoever registers again has the reputation it had, and has burned another entry fee", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const job = await play.submit();
		await play.assign(job);
		play.wait(play.job(job).until + increment);
		await play.play(play.stranger, { type: "expireJob", job });
		await play.play(worker, { type: "leave" });
		await play.apply();
		play.wait(play.now + exitDelay);
		await play.play(worker, { type: "exit", worker });
		expect(play.worker(worker).status).toBe(WORKER_STATUS.gone);
		const before = burned();
		await play.register(worker);
		expect(burned() - before).toBe(NETWORK.entryFee);
		expect(play.worker(worker)).toMatchObject({ reputation: 75, weight: 75, stake: 1000n });
	});
});

describe("W10: leaving", () => {
	test("a stake stays until the last attempt is resolved, whatever the delay", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		const job = await play.submit();
		await play.assign(job);
		const claim = await play.complete(job, 1);
		const exit = { type: "exit", worker } as const;
		expect(await play.try(worker, exit)).toBe("WrongWorkerStatus");
		await play.play(worker, { type: "leave" });
		const { leftAt } = play.worker(worker);
		play.wait(leftAt + exitDelay - 1);
		expect(await play.try(worker, exit)).toBe("ExitTooEarly");
		expect(await play.try(worker, exit)).toBe("StillListed");
		await play.apply();
		play.wait(play.now + 10 * 365 * DAY);
		expect(await play.try(worker, exit)).toBe("AttemptsOpen");
		expect(await play.try(worker, { type: "resume", terms: WORKER_TERMS, added: 0n, value: 4n })).toBe(
			"WrongWorkerStatus",
		);
		await play.finalise(claim);
		await play.play(play.stranger, exit);
		expect(ether(worker)).toBe(1000n + REWARD);
		expect(await play.try(worker, exit)).toBe("WrongWorkerStatus");
	});

	test("whoever left takes no job, and is in no draw of a later round", async () => {
		const [worker] = play.workers;
		await play.enlist([worker]);
		await play.play(worker, { type: "leave" });
		await play.apply();
		const job = await play.submit();
		for (let i = 0; i < 3; i++) await play.draw();
		expect(play.job(job)).toMatchObject({ status: JOB_STATUS.pending, round: 0 });
		expect(await play.try(worker, { type: "take", job, value: EXPOSURE })).toBe("WrongWorkerStatus");
	});
});

describe("deployment", () => {
	test("the list of workers serves one jobs contract for ever, which its deployer names", async () => {
		const { chain, workers, jobs } = play.stage;
		const [deployer] = chain.accounts;
		const at = () => ({ at: ++play.now });
		expect(await workers.refusal(play.stranger, "bind", [jobs.address], at())).toBe("WrongCaller");
		expect(await workers.refusal(deployer, "bind", [jobs.address], at())).toBe("AlreadyBound");
		const resolution = {
			ending: 3,
			job: 1n,
			worker: play.stranger,
			slot: 0n,
			holdsSlot: false,
			earns: false,
			exposure: 0n,
			slash: 0n,
			compensation: 0n,
			beneficiary: play.stranger,
		};
		const seek = {
			job: 1n,
			attempt: 0n,
			round: 0n,
			value: wordHex(0n),
			program: wordHex(0n),
			token: NOBODY,
			reward: 0n,
			exposure: 0n,
		};
		for (const [name, args] of [
			["pick", [seek]],
			["pledge", [play.stranger]],
			["freeSlot", [play.stranger, 0n]],
			["resolve", [resolution]],
		] as const) {
			expect(await workers.refusal(deployer, name, args, at()), name).toBe("WrongCaller");
		}
	});

	test("nobody registers before it is named, and constants are within their bounds", async () => {
		const { chain, workers, beacon } = play.stage;
		const list = await Deployed.deploy(chain, "Workers", [chain.market, NETWORK]);
		play.now = await chain.time();
		const value = entryPrice(WORKER_TERMS.capacity, 1000n);
		const entry = [WORKER_TERMS, 1000n];
		expect(await list.refusal(play.stranger, "register", entry, { value, at: ++play.now })).toBe("NotBound");
		const wrong = async (contract: "Workers" | "Jobs", change: Partial<typeof NETWORK>) => {
			const own = contract === "Workers" ? [] : [beacon.address, workers.address];
			return Deployed.deploy(chain, contract, [chain.market, ...own, { ...NETWORK, ...change }]).then(
				() => "deployed",
				(error: Error) => error.message,
			);
		};
		expect(await wrong("Workers", { slotStake: submitterBond - 1n })).toBe("InvalidParameter");
		expect(await wrong("Workers", { roundSeconds: 0 })).toBe("InvalidParameter");
		// A job's fee pays for three draws, three offers that end and three values of the beacon.
		const least = 3n * (2n * pokeFee + play.stage.fee);
		expect(await wrong("Jobs", { jobFee: least - 1n })).toBe("InvalidParameter");
		expect(await wrong("Jobs", { jobFee: least })).toBe("deployed");
		expect(await wrong("Jobs", { rewardMin: 0n })).toBe("InvalidParameter");
		expect(await wrong("Jobs", { latePermille: 1001 })).toBe("InvalidParameter");
		play.now = await chain.time();
	});
});
