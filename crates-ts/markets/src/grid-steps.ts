import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type ClaimStatus } from "@umpire/game/state.ts";
import { GRID_STATUS, type GridStatus, POINT_STATUS, type PointStatus } from "./grid-state.ts";

/** A point as the chain shows it. */
export interface SeenPoint {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly worker: Hex;
	readonly request: number;
	readonly until: number;
	readonly status: PointStatus;
	/** what its worker has claimed; undefined before */
	readonly claim: { readonly id: number; readonly status: ClaimStatus } | undefined;
	readonly score: bigint;
}

/** Whether the value that decides a round can be brought now, or will ever be. */
export type RoundValue = "pending" | "ready" | "known" | "void";

/** A grid as the chain shows it. */
export interface SeenGrid {
	readonly id: number;
	readonly client: Hex;
	readonly status: GridStatus;
	readonly token: Hex;
	readonly bounty: bigint;
	readonly stake: bigint;
	readonly share: bigint;
	readonly startedAt: number;
	readonly roundSeconds: number;
	readonly points: readonly SeenPoint[];
	readonly accepted: number;
	/** 1 + the best accepted point; 0 if none is accepted */
	readonly best: number;
	/** by round: who waits, and what is known of its value */
	readonly rounds: readonly { readonly joiners: readonly Hex[]; readonly value: RoundValue }[];
	/** seconds after the end of a reservation during which a claim still comes first */
	readonly grace: number;
}

export type GridStep =
	| { readonly type: "join"; readonly round: number }
	| { readonly type: "bring"; readonly round: number }
	| { readonly type: "draw"; readonly round: number; readonly waiting: number }
	| { readonly type: "sync"; readonly point: number; readonly claim: number }
	| { readonly type: "expire"; readonly point: number; readonly request: number }
	| { readonly type: "close" };

/** The second in which a round ends. */
export const endOf = ({ startedAt, roundSeconds }: SeenGrid, round: number): number =>
	startedAt + (round + 1) * roundSeconds;

/** What anybody can do for a grid at time `now`: whoever waits for something does it, in this order. */
export function stepsForAll(grid: SeenGrid, now: number): GridStep[] {
	const steps: GridStep[] = [];
	const round = grid.rounds.findIndex(({ joiners }) => joiners.length > 0);
	if (round !== -1 && now >= endOf(grid, round)) {
		const { joiners, value } = grid.rounds[round];
		if (value === "ready") steps.push({ type: "bring", round });
		else if (value !== "pending") steps.push({ type: "draw", round, waiting: joiners.length });
	}
	for (const [point, { status, claim, until, request }] of grid.points.entries()) {
		if (status === POINT_STATUS.reserved && now >= until + grid.grace) {
			steps.push({ type: "expire", point, request });
		}
		if (status === POINT_STATUS.claimed && claim !== undefined && claim.status !== CLAIM_STATUS.live) {
			steps.push({ type: "sync", point, claim: claim.id });
		}
	}
	if (grid.status === GRID_STATUS.open && isOver(grid, now)) steps.push({ type: "close" });
	return steps;
}

/** The round that a worker joins at time `now`; undefined if it waits, has work to do, or there is nothing to be had. */
export function roundToJoin(grid: SeenGrid, account: Hex, now: number): number | undefined {
	if (grid.status !== GRID_STATUS.open) return undefined;
	const round = Math.floor((now - grid.startedAt) / grid.roundSeconds);
	if (round < 0 || round >= grid.rounds.length) return undefined;
	if (grid.rounds[round].value === "known" || grid.rounds[round].value === "void") return undefined;
	if (grid.rounds.some(({ joiners }) => joiners.includes(account))) return undefined;
	const holds = grid.points.some(
		({ worker, status }) => worker === account && status === POINT_STATUS.reserved,
	);
	const free = grid.points.filter(({ status }) => status === POINT_STATUS.free).length;
	const waiting = grid.rounds.reduce((sum, { joiners }) => sum + joiners.length, 0);
	return holds || free <= waiting ? undefined : round;
}

function isOver(grid: SeenGrid, now: number): boolean {
	if (grid.accepted === grid.points.length) return true;
	const isIdle = grid.rounds.every(({ joiners }) => joiners.length === 0);
	const isOpen = grid.points.some(
		({ status }) => status === POINT_STATUS.reserved || status === POINT_STATUS.claimed,
	);
	return now >= endOf(grid, grid.rounds.length - 1) && isIdle && !isOpen;
}

/** The next second at which time alone gives somebody something to do; undefined if it does not. */
export function nextTime(grid: SeenGrid, now: number): number | undefined {
	const round = grid.rounds.findIndex(({ joiners }) => joiners.length > 0);
	const times = [
		...(round === -1 ? [] : [endOf(grid, round)]),
		...grid.points.flatMap(({ status, until }) =>
			status === POINT_STATUS.reserved ? [until + grid.grace] : [],
		),
		...grid.rounds.map((_, i) => endOf(grid, i)),
	].filter((time) => time > now);
	return times.length === 0 ? undefined : Math.min(...times);
}
