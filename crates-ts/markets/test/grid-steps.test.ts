import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { GRID_STATUS, POINT_STATUS } from "@umpire/markets/grid-state.ts";
import {
	nextTime,
	roundToJoin,
	type SeenGrid,
	type SeenPoint,
	stepsForAll,
} from "@umpire/markets/grid-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { describe, expect, test } from "vitest";

const [ME, OTHER] = [1, 2].map((n): Hex => `0x${`${n}`.repeat(40)}`);
const FREE: SeenPoint = {
	program: wordHex(1n),
	inputsRoot: wordHex(2n),
	worker: ETHER,
	request: 0,
	until: 0,
	status: POINT_STATUS.free,
	claim: undefined,
	score: 0n,
};
const RESERVED: SeenPoint = { ...FREE, worker: ME, request: 7, until: 1150, status: POINT_STATUS.reserved };
const claimed = (status: 1 | 2 | 3): SeenPoint => {
	return { ...RESERVED, status: POINT_STATUS.claimed, claim: { id: 4, status } };
};

function gridOf(change: Partial<SeenGrid> = {}): SeenGrid {
	return {
		id: 1,
		client: OTHER,
		status: GRID_STATUS.open,
		token: ETHER,
		bounty: 100n,
		stake: 50n,
		share: 50n,
		startedAt: 1000,
		roundSeconds: 100,
		points: [FREE, FREE],
		accepted: 0,
		best: 0,
		rounds: [0, 1].map(() => ({ joiners: [], value: "pending" as const })),
		grace: 10,
		...change,
	};
}

describe("whoever waits for a grid", () => {
	const joined = (value: "pending" | "ready" | "known" | "void") =>
		gridOf({ rounds: [{ joiners: [ME, OTHER], value }, gridOf().rounds[1]] });

	test("brings a round's value when it is over and the value is to be had, and then draws it", () => {
		expect(stepsForAll(joined("ready"), 1099)).toEqual([]);
		expect(stepsForAll(joined("pending"), 1100)).toEqual([]);
		expect(stepsForAll(joined("ready"), 1100)).toEqual([{ type: "bring", round: 0 }]);
		for (const value of ["known", "void"] as const) {
			expect(stepsForAll(joined(value), 1100)).toEqual([{ type: "draw", round: 0, waiting: 2 }]);
		}
	});

	test("expires a reservation from its grace on, and never one whose claim was made", () => {
		const step = { type: "expire", point: 0, request: 7 };
		expect(stepsForAll(gridOf({ points: [RESERVED, FREE] }), 1159)).toEqual([]);
		expect(stepsForAll(gridOf({ points: [RESERVED, FREE] }), 1160)).toEqual([step]);
		for (const status of [CLAIM_STATUS.live, CLAIM_STATUS.final, CLAIM_STATUS.rejected] as const) {
			const steps = stepsForAll(gridOf({ points: [claimed(status), FREE] }), 1160);
			expect(steps.some(({ type }) => type === "expire")).toBe(false);
			expect(steps.length).toBe(status === CLAIM_STATUS.live ? 0 : 1);
		}
	});

	test("closes it when all is accepted, or when all rounds are over and nothing is open", () => {
		const close = { type: "close" };
		const done = { ...FREE, status: POINT_STATUS.accepted };
		expect(stepsForAll(gridOf({ points: [done, done], accepted: 2 }), 1001)).toEqual([close]);
		expect(stepsForAll(gridOf(), 1199)).toEqual([]);
		expect(stepsForAll(gridOf(), 1200)).toEqual([close]);
		expect(stepsForAll(gridOf({ points: [claimed(CLAIM_STATUS.live), done], accepted: 1 }), 1200)).toEqual(
			[],
		);
		expect(stepsForAll(joined("pending"), 1200)).toEqual([]);
		expect(stepsForAll(gridOf({ status: GRID_STATUS.closed }), 1200)).toEqual([]);
	});

	test("is woken by the ends of rounds and reservations", () => {
		expect(nextTime(gridOf(), 1000)).toBe(1100);
		expect(nextTime(gridOf({ points: [RESERVED, FREE] }), 1100)).toBe(1160);
		expect(nextTime(gridOf(), 1200)).toBe(undefined);
	});
});

describe("G2: a worker joins", () => {
	test("the present round, if a point may be left for it and it has nothing else to do", () => {
		expect(roundToJoin(gridOf(), ME, 1000)).toBe(0);
		expect(roundToJoin(gridOf(), ME, 1100)).toBe(1);
		expect(roundToJoin(gridOf(), ME, 1200)).toBe(undefined);
		expect(roundToJoin(gridOf({ points: [RESERVED, FREE] }), ME, 1000)).toBe(undefined);
		expect(roundToJoin(gridOf({ points: [claimed(CLAIM_STATUS.live), FREE] }), ME, 1000)).toBe(0);
		expect(roundToJoin(gridOf({ points: [{ ...RESERVED, worker: OTHER }, RESERVED] }), ME, 1000)).toBe(
			undefined,
		);
		expect(roundToJoin(gridOf({ points: [RESERVED, { ...RESERVED, worker: OTHER }] }), OTHER, 1000)).toBe(
			undefined,
		);
	});

	test("no round that it has joined, whose value is decided, or which has as many joiners as points", () => {
		const [round] = gridOf().rounds;
		const joined = gridOf({ rounds: [{ ...round, joiners: [ME] }, round] });
		expect(roundToJoin(joined, ME, 1000)).toBe(undefined);
		expect(roundToJoin(joined, OTHER, 1000)).toBe(0);
		for (const value of ["known", "void"] as const) {
			expect(roundToJoin(gridOf({ rounds: [{ ...round, value }, round] }), ME, 1000)).toBe(undefined);
		}
		const full = gridOf({ points: [FREE], rounds: [{ ...round, joiners: [OTHER] }, round] });
		expect(roundToJoin(full, ME, 1000)).toBe(undefined);
	});
});
