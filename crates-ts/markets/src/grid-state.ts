import type { Hex } from "@umpire/commitment/constants.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { GameState } from "@umpire/game/state.ts";
import { type BeaconState, initialBeacon } from "./beacon-state.ts";
import { EMPTY_LEDGER, type TokenLedger } from "./token-ledger.ts";

/** Numbers of the contract's enums (contracts/interfaces/IGrid.sol). */
export const GRID_STATUS = { none: 0, filling: 1, open: 2, closed: 3 } as const;
export type GridStatus = (typeof GRID_STATUS)[keyof typeof GRID_STATUS];
export const POINT_STATUS = { free: 0, reserved: 1, claimed: 2, accepted: 3 } as const;
export type PointStatus = (typeof POINT_STATUS)[keyof typeof POINT_STATUS];

export const MOST_POINTS = 256;
export const MOST_ROUNDS = 64;

/** What a client asks for and pays: amounts in wei or the token's units, times in seconds. */
export interface GridTerms {
	readonly program: Hex;
	/** that of the hyper-parameters is ignored */
	readonly inputRoots: readonly Hex[];
	readonly hyperInput: number;
	readonly hyperWidth: number;
	readonly hyperElements: number;
	/** the lowest score is the best, as it is of an error */
	readonly lowest: boolean;
	readonly token: Hex;
	readonly bounty: bigint;
	readonly stake: bigint;
	readonly rounds: number;
	readonly roundSeconds: number;
	readonly reservationSeconds: number;
}

export interface PointTerms {
	readonly steps: number;
	readonly hyperparameters: readonly number[];
}

export interface Point {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly worker: Hex;
	readonly request: number;
	/** last second of the reservation */
	readonly until: number;
	/** the first round in which it can be dealt */
	readonly from: number;
	/** never claimed: the market knows */
	readonly status: PointStatus;
	readonly claim: number;
	readonly round: number;
	readonly position: number;
	readonly score: bigint;
}

export const FREE_POINT: Omit<Point, "program" | "inputsRoot"> = {
	worker: NOBODY,
	request: 0,
	until: 0,
	from: 0,
	status: POINT_STATUS.free,
	claim: 0,
	round: 0,
	position: 0,
	score: 0n,
};

/** Those who joined a round and wait, and how many points it has dealt. */
export interface Round {
	readonly joiners: readonly Hex[];
	readonly dealt: number;
}

export const NO_ROUND: Round = { joiners: [], dealt: 0 };

export interface Grid {
	readonly client: Hex;
	readonly status: GridStatus;
	readonly terms: GridTerms;
	readonly startedAt: number;
	readonly share: bigint;
	readonly credited: bigint;
	readonly budget: bigint;
	readonly points: readonly Point[];
	/** what the next draw deals from, and what was given back and is not there yet */
	readonly free: readonly number[];
	readonly returned: readonly number[];
	readonly beaconRounds: readonly number[];
	readonly rounds: ReadonlyMap<number, Round>;
	readonly nextRound: number;
	readonly waiting: number;
	readonly open: number;
	readonly accepted: number;
	/** 1 + the best accepted point; 0 if none is accepted */
	readonly best: number;
	/** accounts that wait for a draw */
	readonly seated: ReadonlySet<Hex>;
	/** the last request that an account was dealt */
	readonly dealt: ReadonlyMap<Hex, number>;
}

/** One grid contract, its beacon, and the market that it asks. */
export interface GridWorld {
	readonly game: GameState;
	readonly beacon: BeaconState;
	/** the contract's address */
	readonly address: Hex;
	readonly leastStake: bigint;
	readonly grids: readonly Grid[];
	/** grid and point of a request */
	readonly places: ReadonlyMap<number, { readonly grid: number; readonly point: number }>;
	/** the first element of the output that a claim states */
	readonly scores: ReadonlyMap<number, bigint>;
	readonly ledger: TokenLedger;
}

export function initialWorld(
	game: GameState,
	at: { readonly address: Hex; readonly leastStake: bigint; readonly fee: bigint; readonly drift: number },
): GridWorld {
	const { address, leastStake, fee, drift } = at;
	const beacon = initialBeacon(fee, drift);
	const empty = { grids: [], places: new Map(), scores: new Map(), ledger: EMPTY_LEDGER };
	return { game, beacon, address, leastStake, ...empty };
}

export function gridOf({ grids }: GridWorld, id: number): Grid {
	const grid = grids[id - 1];
	if (grid === undefined) throw new GameError("UnknownGrid", id);
	return grid;
}

export function gridIn(world: GridWorld, id: number, expected: GridStatus): Grid {
	const grid = gridOf(world, id);
	if (grid.status !== expected) throw new GameError("WrongGridStatus", id, grid.status, expected);
	return grid;
}

export function pointOf(world: GridWorld, id: number, point: number): Point {
	const { points } = gridOf(world, id);
	if (points[point] === undefined) throw new GameError("UnknownPoint", id, point, points.length);
	return points[point];
}

export function withGrid(world: GridWorld, id: number, change: Partial<Grid>): GridWorld {
	return { ...world, grids: world.grids.with(id - 1, { ...world.grids[id - 1], ...change }) };
}

export function withPoint(world: GridWorld, id: number, point: number, change: Partial<Point>): GridWorld {
	const { points } = world.grids[id - 1];
	return withGrid(world, id, { points: points.with(point, { ...points[point], ...change }) });
}

/** The second from which on a round takes nobody any more, and may be drawn. */
export function endOfRound({ startedAt, terms }: Grid, round: number): number {
	return startedAt + (round + 1) * terms.roundSeconds;
}

/** Whether the submitter of a reservation's request has made its claim, whatever became of it. */
export function isClaimed({ requests }: GameState, request: number): boolean {
	const { liveClaim, closed } = requests[request - 1];
	return liveClaim !== 0 || closed;
}

/** What an open contract must hold in ether beside what it owes: stakes and budgets. */
export function lockedEther({ grids }: GridWorld): bigint {
	return grids.reduce(
		(sum, { terms, waiting, open, budget }) => sum + terms.stake * BigInt(waiting + open) + budget,
		0n,
	);
}
