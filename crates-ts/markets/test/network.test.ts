import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { initialState } from "@umpire/game/state.ts";
import { initialNetwork, NEW_WORKER, type NetworkWorld } from "@umpire/markets/network-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { drawSlot, look } from "@umpire/markets/worker-draw.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { NETWORK } from "@umpire/testing/markets/network-driver.ts";
import { keccak256, numberToHex } from "viem";
import { describe, expect, test } from "vitest";

const DRAWS = 10_000;
const account = (n: number): Hex => `0x${n.toString(16).padStart(40, "0")}`;

/** A list of workers with so many slots each, in this order. */
function listOf(slots: readonly number[], weight = 100): NetworkWorld {
	const addresses = { workers: account(1000), jobs: account(1001) };
	const start = { addresses, parameters: NETWORK, genesis: 0, fee: 0n, drift: 0 };
	const world = initialNetwork(initialState(PARAMETERS), start);
	const workers = slots.map((count, i) => {
		const worker = { ...NEW_WORKER, status: 1 as const, slots: count, listed: count, weight };
		return [account(i + 1), { ...worker, stake: 1000n * BigInt(count) }] as const;
	});
	const entries = slots.flatMap((count, i) =>
		Array.from({ length: count }, (_, slot) => ({ worker: account(i + 1), slot })),
	);
	return { ...world, workers: new Map(workers), entries };
}

/** How often each worker is drawn. */
function tally(world: NetworkWorld, draws = DRAWS): Map<Hex, number> {
	const seen = new Map<Hex, number>();
	const terms = { program: wordHex(1n), token: ETHER, reward: 100n, exposure: 700n };
	for (let job = 1; job <= draws; job++) {
		const value = keccak256(numberToHex(job, { size: 32 }));
		const entry = drawSlot(world, { ...terms, job, attempt: 0, round: 1, value });
		if (entry !== undefined) seen.set(entry.worker, (seen.get(entry.worker) ?? 0) + 1);
	}
	return seen;
}

/** Pearson's statistic of counts whose chances are as the given weights. */
function chiSquare(counts: readonly number[], weights: readonly number[]): number {
	const total = counts.reduce((sum, count) => sum + count, 0);
	const all = weights.reduce((sum, weight) => sum + weight, 0);
	return counts.reduce((sum, count, i) => {
		const expected = (total * weights[i]) / all;
		return sum + (count - expected) ** 2 / expected;
	}, 0);
}

describe("W4: one bit a slot", () => {
	// With 5 degrees of freedom 20.5 is exceeded once in a thousand times; the draws are always the same.
	const LIMIT = 20.5;

	test("splitting a stake changes no probability", () => {
		const whole = tally(listOf([8, 8, 8, 8, 8, 8]));
		expect(
			chiSquare(
				[...Array(6).keys()].map((i) => whole.get(account(i + 1)) ?? 0),
				Array(6).fill(8),
			),
		).toBeLessThan(LIMIT);
		// The first as eight accounts with a slot each: all of them together have what it had.
		const split = tally(listOf([1, 1, 1, 1, 1, 1, 1, 1, 8, 8, 8, 8, 8]));
		const counts = [...Array(13).keys()].map((i) => split.get(account(i + 1)) ?? 0);
		const together = counts.slice(0, 8).reduce((sum, count) => sum + count, 0);
		expect(chiSquare([together, ...counts.slice(8)], Array(6).fill(8))).toBeLessThan(LIMIT);
		expect(together).toBe(whole.get(account(1)));
	});

	test("who has a busy slot is drawn with those that are free, not less than others for it", () => {
		const world = listOf([2, 1, 1]);
		const busy = { ...world, slots: new Map([[`${account(1)} 0`, { busy: true, freedIn: 0 }]]) };
		const counts = tally(busy);
		const seen = [1, 2, 3].map((n) => counts.get(account(n)) ?? 0);
		expect(chiSquare(seen, [1, 1, 1])).toBeLessThan(13.8);
	});
});

describe("W5: the coin", () => {
	test("chances are as reputations are", () => {
		const world = listOf([1, 1, 1]);
		const halved = { ...world.workers.get(account(1))!, weight: 50 };
		const counts = tally({ ...world, workers: new Map(world.workers).set(account(1), halved) });
		const seen = [1, 2, 3].map((n) => counts.get(account(n)) ?? 0);
		expect(chiSquare(seen, [50, 100, 100])).toBeLessThan(13.8);
	});

	test("it has a hundred sides, and nobody without reputation is drawn", () => {
		const sides = new Set<number>();
		for (let i = 0; i < 2000; i++) {
			const seek = { value: wordHex(BigInt(i)), job: 1, attempt: 0 };
			sides.add(look(account(9), seek, 0, 7).coin);
		}
		expect([Math.min(...sides), Math.max(...sides), sides.size]).toEqual([0, 99, 100]);
		expect(tally(listOf([3, 3], 0), 200).size).toBe(0);
	});
});

test("a draw depends on the value, the contract, the job and the attempt", () => {
	const seek = { value: wordHex(1n), job: 1, attempt: 0 };
	const at = (change: Partial<typeof seek>, address = account(9)) =>
		[0, 1, 2].map((i) => look(address, { ...seek, ...change }, i, 1_000_003).position).join();
	const all = [at({}), at({ value: wordHex(2n) }), at({ job: 2 }), at({ attempt: 1 }), at({}, account(8))];
	expect(new Set(all).size).toBe(all.length);
	expect(new Set(at({}).split(",")).size).toBe(3);
});
