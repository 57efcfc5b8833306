import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { endOfRound, GRID_STATUS, POINT_STATUS } from "@umpire/markets/grid-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { describe, expect, test } from "vitest";
import { type GridPlay, playPerTest } from "./grid-play.ts";
import { TERMS, traceOf } from "./random-grid-moves.ts";

const { increment, submitterBond, challengerBond, burnPermille } = PARAMETERS;
const { bounty, stake, roundSeconds } = TERMS;
const burnedOf = (amount: bigint): bigint => (amount * BigInt(burnPermille)) / 1000n;

let play: GridPlay;
playPerTest((fresh) => {
	play = fresh;
});
const ether = (account: Hex): bigint => play.owed(account, ETHER);
const grid = () => play.world.grids[play.id - 1];

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

	test("a grid is not closed while somebody waits for a draw, though nothing else is open", async () => {
		await play.begin(2);
		play.wait(endOfRound(grid(), TERMS.rounds - 1) - 1);
		await play.join(TERMS.rounds - 1, play.workers[0]);
		await play.reveal(TERMS.rounds - 1);
		expect(await play.try(play.stranger, { type: "close", grid: 1 })).toBe("GridRunning");
		await play.play(play.stranger, { type: "draw", grid: 1, most: 1 });
		expect(play.pointOf(play.workers[0])).not.toBe(-1);
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
		const other = await Deployed.deploy(chain, "Market", [chain.court, parameters, NOBODY]);
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

describe("what is not there", () => {
	test("no grid, no point: nothing is moved", async () => {
		await play.begin(2);
		for (const unknown of [0, 2]) {
			expect(await play.try(play.stranger, { type: "close", grid: unknown })).toBe("UnknownGrid");
		}
		expect(await play.try(play.stranger, { type: "expire", grid: 1, point: 2 })).toBe("UnknownPoint");
	});
});
