import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { endOfRound, GRID_STATUS, POINT_STATUS } from "@umpire/markets/grid-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { TOY_INPUTS } from "@umpire/testing/game/toy-program.ts";
import { describe, expect, test } from "vitest";
import { type GridPlay, playPerTest } from "./grid-play.ts";
import { PROGRAMS, TERMS, traceOf } from "./random-grid-moves.ts";

const { increment, submitterBond, challengerBond, burnPermille } = PARAMETERS;
const { bounty, stake, roundSeconds } = TERMS;
const burnedOf = (amount: bigint): bigint => (amount * BigInt(burnPermille)) / 1000n;

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

describe("G3, G4: what is paid", () => {
	test("a share at once, half to the best on closing, the rest to the client, exact to a wei", async () => {
		await play.begin(4);
		const workers = play.workers.slice(0, 4);
		await play.deal(0, workers);
		const share = 16n; // ⌊⌊101 / 2⌋ / 3⌋
		const claims: number[] = [];
		for (const [i, worker] of workers.slice(0, 3).entries())
			claims.push(await play.claim(worker, [1, 3, 2][i]));
		await play.finalise(...claims);
		// Nobody waits for the others, nor for the end: accepted points are paid before the grid closes.
		expect(workers.map(ether)).toEqual([stake + share, stake + share, stake + share, 0n]);
		play.wait(endOfRound(grid(), TERMS.rounds - 1));
		await play.play(play.stranger, { type: "expire", grid: 1, point: play.pointOf(workers[3]) });
		await play.play(play.stranger, { type: "close", grid: 1 });
		const best = bounty - bounty / 2n;
		expect(workers.map(ether)).toEqual([stake + share, stake + best, stake + share, 0n]);
		const fees = play.stage.fee * BigInt(TERMS.rounds - 1);
		expect(ether(play.client)).toBe(bounty - best - 2n * share + fees);
	});

	test("a single point earns all, and an empty grid gives all back", async () => {
		await play.begin(1);
		const [worker] = play.workers;
		await play.deal(0, [worker]);
		await play.finalise(await play.claim(worker));
		await play.play(play.stranger, { type: "close", grid: 1 });
		expect(ether(worker)).toBe(stake + bounty);
		const before = ether(play.client);
		await play.begin(3);
		play.wait(endOfRound(grid(), TERMS.rounds - 1));
		await play.play(play.stranger, { type: "close", grid: 2 });
		expect(ether(play.client) - before).toBe(bounty + play.stage.fee * BigInt(TERMS.rounds));
	});

	test("a token's bounty is paid in the token, its stakes in ether", async () => {
		const { token, grid: contract } = play.stage;
		await token.send(play.client, "mint", [play.client, bounty], { at: ++play.now });
		await token.send(play.client, "approve", [contract.address, bounty], { at: ++play.now });
		await play.begin(2, { token: token.address });
		const workers = play.workers.slice(0, 2);
		await play.deal(0, workers);
		await play.finalise(await play.claim(workers[0], 2), await play.claim(workers[1], 1));
		await play.play(play.stranger, { type: "close", grid: 1 });
		expect(workers.map((worker) => play.owed(worker, token.address))).toEqual([51n, 50n]);
		expect(workers.map(ether)).toEqual([stake, stake]);
	});

	test("G4: of equal scores the one that was dealt first is the best, whoever claims first", async () => {
		for (const order of [0, 1]) {
			await play.begin(2);
			const workers = play.workers.slice(0, 2);
			await play.deal(0, workers, BigInt(order));
			const dealt = [...workers].sort(
				(a, b) => play.point(play.pointOf(a)).position - play.point(play.pointOf(b)).position,
			);
			const [first, second] = dealt;
			const late = await play.claim(second, 1);
			await play.finalise(late);
			const early = await play.claim(first, 1);
			await play.finalise(early);
			expect(grid().best - 1).toBe(play.pointOf(first));
			await play.play(play.stranger, { type: "close", grid: play.id });
		}
	});

	test("the lowest score is the best if the terms say so", async () => {
		await play.begin(2, { lowest: true });
		const workers = play.workers.slice(0, 2);
		await play.deal(0, workers);
		await play.finalise(await play.claim(workers[0], 1), await play.claim(workers[1], 0));
		expect(grid().best - 1).toBe(play.pointOf(workers[1]));
	});

	test("G4: of equal scores that of the earlier round is the best", async () => {
		await play.begin(2);
		const [first, second] = play.workers;
		await play.deal(0, [first]);
		const early = await play.claim(first, 1);
		await play.deal(1, [second]);
		const late = await play.claim(second, 1);
		await play.finalise(late);
		await play.finalise(early);
		expect(grid().best - 1).toBe(play.pointOf(first));
	});
});

describe("G5: stakes", () => {
	test("an expired stake is burned whole: nobody gains a wei by it, least of all the client", async () => {
		await play.begin(2);
		const [worker] = play.workers;
		await play.deal(0, [worker]);
		const before = { burned: play.world.ledger.burned, owed: play.people.map(ether) };
		play.wait(play.point(play.pointOf(worker)).until + increment);
		await play.play(play.client, { type: "expire", grid: 1, point: play.pointOf(worker) });
		expect(play.world.ledger.burned - before.burned).toBe(stake);
		expect(play.people.map(ether)).toEqual(before.owed);
	});

	test("V1: an invented score that is checked costs bond and stake; who caught it has both less the burned part", async () => {
		await play.begin(2);
		const workers = play.workers.slice(0, 2);
		await play.deal(0, workers);
		const claim = await play.claim(workers[0], 3);
		const honest = await play.claim(workers[1], 0);
		await play.bringDown(claim);
		await play.play(play.stranger, { type: "sync", grid: 1, point: play.pointOf(workers[0]), claim });
		expect(ether(play.challenger)).toBe(stake - burnedOf(stake));
		expect(play.world.ledger.burned).toBe(burnedOf(stake));
		expect(ether(workers[0])).toBe(0n);
		const owed = await play.stage.chain.owed(play.challenger);
		expect(owed).toBe(challengerBond + submitterBond - burnedOf(submitterBond));
		// The rival earns what it would have earned, no more.
		await play.finalise(honest);
		expect(ether(workers[1])).toBe(stake + bounty / 2n);
	});
});

describe("G7: reservations", () => {
	test("C1: only the reserver's claim counts, before and after expiry", async () => {
		await play.begin(2);
		const [worker] = play.workers;
		await play.deal(0, [worker]);
		const point = play.pointOf(worker);
		const { request, until } = play.point(point);
		const claim = { type: "claim", value: submitterBond, request, ...traceOf(1).claim() } as const;
		expect(await play.try(play.stranger, claim)).toBe("ExclusiveRequest");
		play.wait(until + increment);
		await play.play(play.stranger, { type: "expire", grid: 1, point });
		expect(await play.try(play.stranger, claim)).toBe("ExclusiveRequest");
		// A claim on a dead reservation has its bond back from the market, and nothing from here.
		await play.play(worker, claim);
		await play.finalise(1);
		expect(await play.try(worker, { type: "sync", grid: 1, point, claim: 1 })).toBe("WrongPointStatus");
		const other = play.workers[1];
		const current = Math.floor((play.now + 1 - grid().startedAt) / roundSeconds);
		await play.deal(current, [other, play.workers[2]]);
		expect(await play.try(worker, { type: "sync", grid: 1, point, claim: 1 })).toBe("NotTheClaim");
		expect(ether(worker)).toBe(0n);
	});

	test("a claim counts until somebody has called expire, which is from the end and the grace on", async () => {
		await play.begin(2);
		const workers = play.workers.slice(0, 2);
		await play.deal(0, workers);
		const [slow, gone] = workers.map((worker) => play.pointOf(worker));
		const end = play.point(slow).until + increment;
		play.wait(end - 1);
		expect(await play.try(play.stranger, { type: "expire", grid: 1, point: gone })).toBe(
			"ReservationRunning",
		);
		expect(await play.try(play.stranger, { type: "expire", grid: 1, point: gone })).toBe(undefined);
		const claim = await play.claim(workers[0]);
		expect(await play.try(play.stranger, { type: "expire", grid: 1, point: slow })).toBe("ClaimMade");
		await play.finalise(claim);
		expect(play.point(slow).status).toBe(POINT_STATUS.accepted);
	});

	test("C1: a worker cannot hide its rejection: not by another claim, not by an expiry", async () => {
		await play.begin(2);
		const [worker] = play.workers;
		await play.deal(0, [worker]);
		const point = play.pointOf(worker);
		const { request, until } = play.point(point);
		const claim = await play.claim(worker, 1);
		await play.bringDown(claim);
		const again = { type: "claim", value: submitterBond, request, ...traceOf(1).claim() } as const;
		expect(await play.try(worker, again)).toBe("RequestClosed");
		play.wait(until + 1000);
		expect(await play.try(worker, { type: "expire", grid: 1, point })).toBe("ClaimMade");
		expect(await play.try(worker, { type: "refund", request })).toBe("RequestClosed");
		await play.play(play.stranger, { type: "sync", grid: 1, point, claim });
		expect(ether(play.challenger)).toBe(stake - burnedOf(stake));
	});

	test("a request never expires, so that a rejected claim is never taken for one that was not made", async () => {
		await play.begin(2);
		const [worker] = play.workers;
		await play.deal(0, [worker]);
		const { request } = play.point(play.pointOf(worker));
		play.wait(play.now + 10 * 365 * 86_400);
		expect(await play.try(play.stranger, { type: "refund", request })).toBe("RequestNotExpired");
		play.wait(play.now + 1);
		await play.play(play.stranger, { type: "expire", grid: 1, point: play.pointOf(worker) });
	});
});

describe("G8: the end", () => {
	test("a grid is closed when all points are accepted, or all rounds are over and nothing is open", async () => {
		await play.begin(2);
		const close = { type: "close", grid: 1 } as const;
		const [first, second] = play.workers;
		await play.deal(0, [first]);
		const last = endOfRound(grid(), TERMS.rounds - 1);
		play.wait(last - 2);
		await play.join(TERMS.rounds - 1, second);
		expect(await play.try(play.stranger, close)).toBe("GridRunning");
		await play.reveal(TERMS.rounds - 1);
		expect(await play.try(play.stranger, close)).toBe("GridRunning");
		await play.play(play.stranger, { type: "draw", grid: 1, most: 1 });
		const claim = await play.claim(second);
		await play.play(play.stranger, { type: "expire", grid: 1, point: play.pointOf(first) });
		expect(await play.try(play.stranger, close)).toBe("GridRunning");
		await play.finalise(claim);
		expect(await play.try(play.stranger, close)).toBe(undefined);
		expect(grid().status).toBe(GRID_STATUS.closed);
		expect(await play.try(play.stranger, close)).toBe("WrongGridStatus");
		await play.begin(2);
		play.wait(endOfRound(grid(), TERMS.rounds - 1) - 1);
		expect(await play.try(play.stranger, { type: "close", grid: 2 })).toBe("GridRunning");
		expect(await play.try(play.stranger, { type: "close", grid: 2 })).toBe(undefined);
	});

	test("stakes of those who joined when all was accepted come back after the end", async () => {
		await play.begin(1);
		const [first, second] = play.workers;
		await play.deal(0, [first]);
		const claim = await play.claim(first);
		await play.join(1, second);
		await play.finalise(claim);
		await play.play(play.stranger, { type: "close", grid: 1 });
		expect(await play.try(first, { type: "join", grid: 1, round: 2, value: stake })).toBe("WrongGridStatus");
		await play.play(play.stranger, { type: "draw", grid: 1, most: 1 });
		expect(ether(second)).toBe(stake);
	});
});

describe("C5, C6: a grid believes its market alone, about requests of its own", () => {
	test("what a rejection brings is the same whether it was delivered or read", async () => {
		const { chain } = play.stage;
		await play.begin(2);
		const [worker] = play.workers;
		await play.deal(0, [worker]);
		const point = play.pointOf(worker);
		const claim = await play.claim(worker);
		await play.bringDown(claim);
		const before = { world: play.world, now: play.now };
		const snapshot = await chain.snapshot();
		await play.play(play.stranger, { type: "deliver", claim });
		const [delivered] = await play.both(play.people);
		expect(play.point(point).status).toBe(POINT_STATUS.free);
		await chain.restore(snapshot);
		Object.assign(play, before);
		await play.play(play.stranger, { type: "sync", grid: 1, point, claim });
		expect((await play.both(play.people))[0]).toEqual(delivered);
		// What comes later changes nothing.
		await play.play(play.stranger, { type: "deliver", claim });
		expect((await play.both(play.people))[0]).toEqual(delivered);
	});

	test("a claim is not final with too little gas for telling the grid, and there is enough for it", async () => {
		const { chain, grid: contract } = play.stage;
		await play.begin(2);
		const [worker] = play.workers;
		await play.deal(0, [worker]);
		const claim = await play.claim(worker);
		const point = BigInt(play.pointOf(worker));
		play.wait(play.now + PARAMETERS.challengePeriod + 1);
		const starved = await chain.act(play.stranger, { type: "finalise", claim }, ++play.now, 200_000);
		expect(starved.error).toBe("TooLittleGas");
		expect(await play.try(play.stranger, { type: "sync", grid: 1, point: Number(point), claim })).toBe(
			"ClaimLive",
		);
		await play.play(play.stranger, { type: "finalise", claim });
		const { status } = await contract.read<{ status: number }>("getPoint", [1n, point]);
		expect(status).toBe(POINT_STATUS.accepted);
		expect(await play.try(play.stranger, { type: "sync", grid: 1, point: Number(point), claim })).toBe(
			"WrongPointStatus",
		);
	});

	test("neither a foreign request nor a claim of another market changes state or money", async () => {
		const { chain, grid: contract } = play.stage;
		await play.begin(2);
		const [worker] = play.workers;
		await play.deal(0, [worker]);
		const point = play.pointOf(worker);
		const { program, inputsRoot, request: reserved } = play.point(point);
		// Somebody asks the same, and names the grid as whom to tell.
		const question = { program, inputsRoot, deadline: play.now + 5000, consumer: contract.address };
		await play.play(worker, { type: "request", value: 1n, ...question });
		const request = play.world.game.requests.length;
		await play.play(worker, { type: "claim", value: submitterBond, request, ...traceOf(1, 3).claim() });
		const [before] = await play.both(play.people);
		await play.finalise(1);
		expect(await play.try(worker, { type: "sync", grid: 1, point, claim: 1 })).toBe("NotTheClaim");
		// Another market on the same court, with claims of its own under the same numbers.
		const parameters = { challengePeriod: 1, submitterBond: 1n };
		const other = await Deployed.deploy(chain, "Market", [chain.court, parameters]);
		await chain.animate(other.address);
		play.now = (await chain.time()) + 1;
		const words = [0n, 0n, 0n, 0n, 0n];
		const told = [BigInt(reserved), 1n, wordHex(0n), words];
		const late = { at: ++play.now };
		expect(await contract.refusal(other.address, "onFinal", told, late)).toBe("NotTheMarket");
		expect(await contract.refusal(play.stranger, "onFinal", told, { at: ++play.now })).toBe("NotTheMarket");
		const rejected = [BigInt(reserved), 1n];
		expect(await contract.refusal(play.stranger, "onRejected", rejected, { at: ++play.now })).toBe(
			"NotTheMarket",
		);
		await chain.animate(chain.market);
		const foreign = [BigInt(request), 1n, wordHex(0n), words];
		expect(await contract.refusal(chain.market, "onFinal", foreign, { at: ++play.now })).toBe("NotOurs");
		expect((await play.both(play.people))[0]).toEqual(before);
	});
});
