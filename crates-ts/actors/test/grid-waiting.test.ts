import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { GRID_STATUS, POINT_STATUS } from "@umpire/markets/grid-state.ts";
import type { RoundValue, SeenGrid, SeenPoint } from "@umpire/markets/grid-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { expect, test } from "vitest";
import { waitsFor } from "../src/grid/waiting.ts";

const ME: Hex = `0x${"1".repeat(40)}`;
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
const MINE: SeenPoint = { ...FREE, worker: ME, request: 7, until: 1150, status: POINT_STATUS.reserved };
const CLAIMED = {
	...MINE,
	status: POINT_STATUS.claimed,
	claim: { id: 4, status: CLAIM_STATUS.live },
} satisfies SeenPoint;

function gridOf(change: Partial<SeenGrid> = {}): SeenGrid {
	return {
		id: 1,
		client: ETHER,
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
const joined = (value: RoundValue) => gridOf({ rounds: [{ joiners: [ME], value }, gridOf().rounds[1]] });

test("a worker says what it waits for, and nothing while it has something to do", () => {
	const said = (grid: SeenGrid, now: number) => waitsFor(grid, ME, now) ?? "";
	expect(said(gridOf({ status: GRID_STATUS.filling }), 1000)).toMatch(/not started yet/);
	expect(said(gridOf({ status: GRID_STATUS.closed }), 1000)).toMatch(/closed.*Ctrl-C/);
	expect(said(joined("pending"), 1050)).toMatch(/end of round 0 at 1970-01-01T00:18:20Z/);
	expect(said(joined("pending"), 1100)).toMatch(/waiting for the block that decides it/);
	expect(said(joined("ready"), 1100)).toBe("");
	expect(said(gridOf(), 1050)).toBe("");
	expect(said(gridOf({ points: [MINE, FREE] }), 1050)).toBe("");
	expect(said(gridOf({ points: [CLAIMED] }), 1050)).toMatch(/final: claim 4 for point 0/);
	const others = { ...MINE, worker: ETHER };
	expect(said(gridOf({ points: [others] }), 1050)).toMatch(/No point is free/);
	expect(said(gridOf({ points: [others] }), 1250)).toMatch(/last round is over/);
});
