import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { endOfRound, POINT_STATUS } from "@umpire/markets/grid-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { TOY_INPUTS } from "@umpire/testing/game/toy-program.ts";
import { describe, expect, test } from "vitest";
import { type GridPlay, playPerTest } from "./grid-play.ts";
import { PROGRAMS, TERMS } from "./random-grid-moves.ts";

const { stake, roundSeconds } = TERMS;

let play: GridPlay;
playPerTest((fresh) => {
	play = fresh;
});
const ether = (account: Hex): bigint => play.owed(account, ETHER);
const grid = () => play.world.grids[play.id - 1];

describe("G1: what a client fixes", () => {
	test("nothing moves after start but by the rules, whoever asks", async () => {
		await play.fill(3);
		const points = [{ steps: 1, hyperparameters: [9, 9] }];
		expect(await play.try(play.stranger, { type: "addPoints", grid: 1, points })).toBe("NotTheClient");
		expect(await play.try(play.stranger, { type: "start", grid: 1, value: play.price })).toBe("NotTheClient");
		expect(await play.try(play.client, { type: "start", grid: 1, value: play.price - 1n })).toBe(
			"WrongValue",
		);
		await play.play(play.client, { type: "start", grid: 1, value: play.price });
		expect(await play.try(play.client, { type: "addPoints", grid: 1, points })).toBe("WrongGridStatus");
		expect(await play.try(play.client, { type: "start", grid: 1, value: play.price })).toBe(
			"WrongGridStatus",
		);
		expect(await play.try(play.client, { type: "close", grid: 1 })).toBe("GridRunning");
		const nothing = { type: "withdrawTo", token: ETHER, recipient: play.client } as const;
		expect(await play.try(play.client, nothing)).toBe("NothingToWithdraw");
	});

	test("another hyper-parameter, number of steps or data is another program or other inputs", async () => {
		await play.fill(0);
		const points = [
			{ steps: 1, hyperparameters: [1, 2] },
			{ steps: 1, hyperparameters: [1, 3] },
			{ steps: 2, hyperparameters: [1, 2] },
		];
		await play.play(play.client, { type: "addPoints", grid: 1, points });
		const [first, other, longer] = [0, 1, 2].map((at) => play.point(at));
		expect(other.inputsRoot).not.toBe(first.inputsRoot);
		expect([longer.program, longer.inputsRoot]).toEqual([PROGRAMS[1].root, first.inputsRoot]);
		expect([first.program, other.program]).toEqual([PROGRAMS[0].root, PROGRAMS[0].root]);
		const inputRoots = TOY_INPUTS.map(({ root }, i) => (i === 2 ? wordHex(5n) : root));
		await play.play(play.client, { type: "openGrid", terms: { ...TERMS, token: ETHER, inputRoots } });
		await play.play(play.client, { type: "addPoints", grid: 2, points: points.slice(0, 1) });
		expect(play.point(0).inputsRoot).not.toBe(first.inputsRoot);
	});

	test("a point is added once, with as many hyper-parameters as the terms say, each in range", async () => {
		await play.fill(1);
		const add = (hyperparameters: readonly number[], steps = 1) =>
			play.try(play.client, { type: "addPoints", grid: 1, points: [{ steps, hyperparameters }] });
		expect(await add([0, 7])).toBe("DuplicatePoint");
		expect(await add([0, 7, 1])).toBe("WrongHyperparameterCount");
		expect(await add([0])).toBe("WrongHyperparameterCount");
		expect(await add([2 ** 15, 7])).toBe("ElementOutOfRange");
		expect(await add([-(2 ** 15) - 1, 7])).toBe("ElementOutOfRange");
		expect(await add([1, 7], 0)).toBe("EmptyProgram");
		expect(await add([2 ** 15 - 1, -(2 ** 15)])).toBe(undefined);
	});

	test("terms are within their bounds, and a stake is not below a share", async () => {
		for (const [wrong, error] of [
			[{ program: wordHex(1n) }, "UnknownProgram"],
			[{ inputRoots: [] }, "InvalidTerm"],
			[{ hyperInput: 3 }, "InvalidTerm"],
			[{ hyperWidth: 64 }, "WrongWidth"],
			[{ hyperElements: 0 }, "InvalidTerm"],
			[{ bounty: 0n }, "InvalidTerm"],
			[{ stake: play.stage.leastStake - 1n }, "InvalidTerm"],
			[{ rounds: 65 }, "InvalidTerm"],
			[{ roundSeconds: 0 }, "InvalidTerm"],
			[{ reservationSeconds: 365 * 86_400 + 1 }, "InvalidTerm"],
		] as const) {
			await play.play(play.client, { type: "register", header: PROGRAMS[0].header });
			const terms = { ...TERMS, token: ETHER, ...wrong };
			expect(await play.try(play.client, { type: "openGrid", terms }), Object.keys(wrong)[0]).toBe(error);
		}
		// Half of 223 for two others: 55 each, as much as the stake; half of 224 is one more.
		await play.fill(3, { bounty: 224n });
		expect(await play.try(play.client, { type: "start", grid: 1, value: play.price })).toBe("InvalidTerm");
		await play.begin(3, { bounty: 223n });
	});
});

describe("G2: points are dealt in rounds", () => {
	test("joins are taken from a round's first second to its last, for that round", async () => {
		await play.begin(2);
		const [first, second] = play.workers;
		const at = (round: number, worker: Hex) =>
			play.try(worker, { type: "join", grid: 1, round, value: stake });
		expect(await at(1, first)).toBe("WrongRound");
		play.wait(endOfRound(grid(), 0) - 1);
		expect(await at(0, first)).toBe(undefined);
		expect(await at(0, second)).toBe("WrongRound");
		play.wait(endOfRound(grid(), 1) - roundSeconds + 1);
		expect(await at(1, second)).toBe(undefined);
		play.wait(endOfRound(grid(), 11));
		expect(await at(12, play.workers[2])).toBe("WrongRound");
		expect(await at(11, play.workers[2])).toBe("WrongRound");
	});

	test("B1: nobody joins a round whose value is known, or will never be", async () => {
		await play.begin(2);
		const [first, second] = grid().beaconRounds;
		await play.play(play.stranger, { type: "bring", round: first, beaconValue: wordHex(1n) });
		await play.play(play.stranger, { type: "makeVoid", round: second });
		const join = (round: number) => play.try(play.workers[0], { type: "join", grid: 1, round, value: stake });
		expect(await join(0)).toBe("RoundDecided");
		play.wait(endOfRound(grid(), 0) + 1);
		expect(await join(1)).toBe("RoundDecided");
	});

	test("B1: a round is drawn from its end on, with the value that was fixed at the start", async () => {
		await play.begin(2);
		const draw = { type: "draw", grid: 1, most: 9 } as const;
		expect(await play.try(play.stranger, draw)).toBe("NothingToDraw");
		await play.join(0, ...play.workers.slice(0, 2));
		play.wait(endOfRound(grid(), 0) - 1);
		expect(await play.try(play.stranger, draw)).toBe("RoundNotOver");
		expect(await play.try(play.stranger, draw)).toBe("RoundPending");
		const [round] = grid().beaconRounds;
		expect(round).toBe(endOfRound(grid(), 0) + play.stage.drift);
		await play.play(play.stranger, { type: "bring", round: round + 1, beaconValue: wordHex(1n) });
		expect(await play.try(play.stranger, draw)).toBe("RoundPending");
		await play.play(play.stranger, { type: "bring", round, beaconValue: wordHex(2n) });
		expect(await play.try(play.stranger, draw)).toBe(undefined);
		expect(await play.try(play.stranger, draw)).toBe("NothingToDraw");
	});

	test("B1: the same is dealt whoever draws, in whatever slices, whenever", async () => {
		const { chain } = play.stage;
		await play.begin(4);
		await play.join(0, ...play.workers);
		await play.reveal(0, 12345n);
		const before = { world: play.world, now: play.now };
		const outcomes: (readonly [Hex, number])[][] = [];
		for (const [slices, later, sender] of [
			[[6], 0, play.stranger],
			[[1, 1, 1, 1, 1, 1], 0, play.workers[5]],
			[[2, 3, 1], 5 * roundSeconds, play.client],
		] as const) {
			const snapshot = await chain.snapshot();
			play.now += later;
			for (const most of slices) await play.play(sender, { type: "draw", grid: 1, most });
			outcomes.push(grid().points.map(({ worker, position }) => [worker, position] as const));
			expect(grid().waiting).toBe(0);
			await chain.restore(snapshot);
			Object.assign(play, before);
		}
		expect(outcomes[1]).toEqual(outcomes[0]);
		expect(outcomes[2]).toEqual(outcomes[0]);
		expect(new Set(outcomes[0].map(([worker]) => worker)).size).toBe(4);
	});

	test("who is dealt no point has its stake back", async () => {
		await play.begin(2);
		await play.deal(0, play.workers.slice(0, 5));
		const without = play.workers.slice(0, 5).filter((worker) => play.pointOf(worker) === -1);
		expect(without.map(ether)).toEqual([stake, stake, stake]);
		expect(play.workers.map(ether).reduce((sum, owed) => sum + owed)).toBe(3n * stake);
	});

	test("a point that expired or was rejected is dealt in the next round only", async () => {
		await play.begin(2, { reservationSeconds: 10 });
		const [first, second, third, fourth] = play.workers;
		await play.deal(0, [first, second]);
		// In round 1's time: one is rejected, and dealt at its end; the other expires after that end.
		const claim = await play.claim(first);
		await play.join(1, third, fourth);
		await play.bringDown(claim);
		await play.play(play.stranger, { type: "sync", grid: 1, point: play.pointOf(first), claim });
		expect(grid().free.length + grid().returned.length).toBe(1);
		play.wait(endOfRound(grid(), 1) + 1);
		const late = play.pointOf(second);
		await play.play(play.stranger, { type: "expire", grid: 1, point: late });
		await play.reveal(1);
		await play.play(play.stranger, { type: "draw", grid: 1, most: 9 });
		expect([third, fourth].filter((worker) => play.pointOf(worker) !== -1).length).toBe(1);
		expect(play.point(late).status).toBe(POINT_STATUS.free);
		await play.deal(2, [first]);
		expect(play.pointOf(first)).toBe(late);
	});

	test("B1: a void round gives every stake back, and its points are dealt in the next", async () => {
		await play.begin(2);
		const workers = play.workers.slice(0, 3);
		await play.join(0, ...workers);
		await play.play(play.stranger, { type: "makeVoid", round: grid().beaconRounds[0] });
		play.wait(endOfRound(grid(), 0));
		await play.play(play.stranger, { type: "draw", grid: 1, most: 3 });
		expect(workers.map(ether)).toEqual([stake, stake, stake]);
		await play.deal(1, workers.slice(0, 2));
		expect(grid().open).toBe(2);
	});

	test("an account has one open reservation, and joins again after its claim", async () => {
		await play.begin(4);
		const [worker] = play.workers;
		const join = (round: number) => play.try(worker, { type: "join", grid: 1, round, value: stake });
		await play.join(0, worker);
		expect(await join(0)).toBe("AlreadyJoined");
		await play.reveal(0);
		expect(await join(1)).toBe("AlreadyJoined");
		await play.play(play.stranger, { type: "draw", grid: 1, most: 1 });
		expect(await join(1)).toBe("ReservationOpen");
		await play.claim(worker);
		expect(await join(1)).toBe(undefined);
	});

	test("B1: who brings the value of a joined round is paid; for the other rounds the client has its fees back", async () => {
		await play.begin(1);
		const { beacon, fee } = play.stage;
		await play.deal(0, play.workers.slice(0, 1));
		expect(await beacon.read("owed", [play.stranger])).toBe(fee);
		await play.finalise(await play.claim(play.workers[0]));
		await play.play(play.stranger, { type: "close", grid: 1 });
		expect(ether(play.client)).toBe(fee * BigInt(TERMS.rounds - 1));
	});
});

test("B1: a beacon value that somebody else has ordered is not paid again", async () => {
	await play.begin(1);
	const { beacon, fee } = play.stage;
	const [round] = grid().beaconRounds;
	const at = { value: fee, at: ++play.now };
	await beacon.send(play.stranger, "order", [BigInt(round)], at);
	const ordered = new Set([round]);
	play.world = { ...play.world, beacon: { ...play.world.beacon, ordered } };
	await play.join(0, play.workers[0]);
	expect(grid().budget).toBe(fee * BigInt(TERMS.rounds));
});
