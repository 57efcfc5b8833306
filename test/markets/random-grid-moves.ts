import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, PHASE } from "@umpire/game/state.ts";
import { endOfRound, GRID_STATUS, type GridTerms, POINT_STATUS } from "@umpire/markets/grid-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import type { GridAction } from "@umpire/markets/world.ts";
import { entryOf, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { TOY_INPUTS, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import type { GridDriver } from "@umpire/testing/markets/grid-driver.ts";
import fc from "fast-check";

const OPERATORS = [{ width: 8, elements: 10, outside: 4, parts: 1 }] as const;
/** Programs that differ in their steps, and by score the traces that state it: all but the first of each are wrong. */
export const PROGRAMS = [1, 2].map((steps) => new ToyProgram(OPERATORS, steps, 0));
export const SCORES = [0, 1, 2, 3] as const;
const TRACES = PROGRAMS.map((program) =>
	SCORES.map(
		(by) => new ToyTrace(program, by === 0 ? [] : [{ step: program.steps - 1, operator: 0, element: 0, by }]),
	),
);

/** A trace of the program with so many steps whose score is `by` above the right one. */
export const traceOf = (steps: number, by = 0): ToyTrace => TRACES[steps - 1][by];

export const TERMS: Omit<GridTerms, "token"> = {
	program: PROGRAMS[0].root,
	inputRoots: TOY_INPUTS.map(({ root }) => root),
	hyperInput: 1,
	hyperWidth: 16,
	hyperElements: 2,
	lowest: false,
	bounty: 101n,
	stake: 55n,
	rounds: 12,
	roundSeconds: 40,
	reservationSeconds: 40,
};

const KINDS = {
	open: 2,
	add: 3,
	start: 2,
	join: 18,
	bring: 12,
	draw: 14,
	claim: 14,
	challenge: 5,
	timeout: 4,
	finalise: 9,
	deliver: 4,
	sync: 8,
	expire: 4,
	close: 2,
	withdraw: 3,
	makeVoid: 1,
} as const;

export const arbitraryGridTurn = fc.record({
	kind: fc.oneof(
		...Object.entries(KINDS).map(([kind, weight]) => ({
			weight,
			arbitrary: fc.constant(kind as keyof typeof KINDS),
		})),
	),
	/** makes about one move in eight wrong in some way */
	bad: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
	a: fc.nat({ max: 1 << 20 }),
	b: fc.nat({ max: 1 << 20 }),
	wait: fc.oneof(
		{ weight: 40, arbitrary: fc.integer({ min: 0, max: 2 }) },
		{ weight: 4, arbitrary: fc.integer({ min: 8, max: 30 }) },
		{ weight: 1, arbitrary: fc.integer({ min: 60, max: 110 }) },
	),
	edge: fc.option(fc.integer({ min: -1, max: 1 })),
});
export type GridTurn = typeof arbitraryGridTurn extends fc.Arbitrary<infer T> ? T : never;

type Planned = { readonly sender: Hex; readonly action: GridAction | Action; readonly at?: number };

/** The sender and the move of a turn, and when it is made if not at once; undefined if there is nothing to move about. */
export function gridMoveOf(turn: GridTurn, driver: GridDriver, people: readonly Hex[]): Planned | undefined {
	const { world } = driver;
	const { kind, a, b, bad, edge } = turn;
	const someone = people[a % people.length];
	const other = people[b % people.length];
	const id = idOf(turn, world.grids);
	const grid = world.grids[id - 1];
	const soon = (time: number): number | undefined =>
		edge === null ? undefined : Math.max(driver.now + 1, time + edge);
	switch (kind) {
		case "open": {
			const token = a % 2 === 0 ? ETHER : driver.stage.token.address;
			return {
				sender: people[0],
				action: { type: "openGrid", terms: wrongTerms({ ...TERMS, token, lowest: b % 2 === 0 }, turn) },
			};
		}
		case "add": {
			const values = [(a % 7) - 3, bad && a % 3 === 0 ? 40_000 : b % 5];
			const hyperparameters = bad && a % 3 === 1 ? [...values, 1] : values;
			const point = { steps: bad && a % 5 === 4 ? 0 : 1 + (a % 2), hyperparameters };
			const points = b % 3 === 0 ? [point, point] : [point];
			return { sender: bad ? other : people[0], action: { type: "addPoints", grid: id, points } };
		}
		case "start": {
			if (grid === undefined) return undefined;
			const { bounty, rounds, token } = grid.terms;
			const value = BigInt(rounds) * driver.stage.fee + (token === ETHER ? bounty : 0n) + (bad ? 1n : 0n);
			return { sender: b % 7 === 0 ? other : grid.client, action: { type: "start", grid: id, value } };
		}
		case "join": {
			if (grid === undefined || grid.status === GRID_STATUS.filling) return undefined;
			const { startedAt, terms } = grid;
			const current = Math.max(0, Math.floor((driver.now + 1 - startedAt) / terms.roundSeconds));
			const round = bad && a % 3 === 0 ? a % 6 : current;
			const value = terms.stake + (bad && a % 3 === 1 ? 1n : 0n);
			return { sender: someone, action: { type: "join", grid: id, round, value } };
		}
		case "bring": {
			const joined = (grid?.beaconRounds ?? []).filter(
				(_, round) => (grid.rounds.get(round)?.joiners.length ?? 0) > 0,
			);
			const pending = joined.filter(
				(round) => round <= driver.now && (bad || !world.beacon.values.has(round)),
			);
			if (pending.length === 0) return undefined;
			const round = pending[a % pending.length];
			return { sender: someone, action: { type: "bring", round, beaconValue: wordHex(BigInt(b) << 130n) } };
		}
		case "makeVoid": {
			const round = grid?.beaconRounds[a % 4];
			if (a % 2 !== 0 || round === undefined || world.beacon.values.has(round)) return undefined;
			return { sender: someone, action: { type: "makeVoid", round } };
		}
		case "draw": {
			if (grid === undefined) return { sender: someone, action: { type: "draw", grid: id, most: 1 } };
			if (grid.waiting === 0 && !bad) return undefined;
			const action = { type: "draw", grid: id, most: 1 + (a % 4) } as const;
			const over = grid.waiting > 0 ? soon(endOfRound(grid, firstJoined(grid.rounds))) : undefined;
			return { sender: someone, action, ...(over === undefined ? {} : { at: over }) };
		}
		case "claim": {
			const mine = world.grids.flatMap(({ points }) =>
				points.filter(({ status }) => status === POINT_STATUS.reserved),
			);
			const { requests } = world.game;
			if (requests.length === 0) return undefined;
			const point = mine[a % (mine.length || 1)];
			const request = bad || point === undefined ? 1 + (a % requests.length) : point.request;
			const steps = requests[request - 1].program === PROGRAMS[0].root ? 1 : 2;
			const value = PARAMETERS.submitterBond;
			const sender = bad && b % 2 === 0 ? other : requests[request - 1].submitter;
			return { sender, action: { type: "claim", value, request, ...traceOf(steps, b % 4).claim() } };
		}
		case "challenge": {
			const live = world.game.claims.flatMap(({ status }, i) =>
				status === CLAIM_STATUS.live ? [i + 1] : [],
			);
			if (live.length === 0) return undefined;
			const claim = live[a % live.length];
			const { program } = world.game.requests[world.game.claims[claim - 1].request - 1];
			const entry = entryOf(traceOf(program === PROGRAMS[0].root ? 1 : 2));
			const value = PARAMETERS.challengerBond;
			return { sender: someone, action: { type: "challenge", value, claim, entry } };
		}
		case "timeout": {
			const open = world.game.disputes.flatMap(({ phase }, i) => (phase === PHASE.closed ? [] : [i + 1]));
			if (open.length === 0) return undefined;
			const dispute = open[a % open.length];
			const late = world.game.disputes[dispute - 1].demandedAt + 60;
			return { sender: someone, action: { type: "timeout", dispute }, at: Math.max(driver.now + 1, late) };
		}
		case "finalise": {
			const live = world.game.claims.flatMap(({ status }, i) =>
				status === CLAIM_STATUS.live ? [i + 1] : [],
			);
			const claim = bad || live.length === 0 ? 1 + (a % 4) : live[a % live.length];
			const made = world.game.claims[claim - 1];
			const at = made === undefined ? undefined : soon(made.claimedAt + PARAMETERS.challengePeriod);
			return { sender: someone, action: { type: "finalise", claim }, ...(at === undefined ? {} : { at }) };
		}
		case "deliver": {
			const rejected = world.game.claims.flatMap(({ status }, i) =>
				status === CLAIM_STATUS.rejected ? [i + 1] : [],
			);
			if (rejected.length === 0) return undefined;
			return { sender: someone, action: { type: "deliver", claim: rejected[a % rejected.length] } };
		}
		case "sync": {
			const claim = 1 + (a % (world.game.claims.length + (bad ? 1 : 0) || 1));
			const made = world.game.claims[claim - 1];
			const place = made === undefined ? undefined : world.places.get(made.request);
			if (place === undefined && !bad) return undefined;
			const at = bad || place === undefined ? { grid: id, point: b % 5 } : place;
			return { sender: someone, action: { type: "sync", ...at, claim } };
		}
		case "expire": {
			const reserved = (grid?.points ?? []).flatMap(({ status }, i) =>
				status === POINT_STATUS.reserved ? [i] : [],
			);
			const point = bad || reserved.length === 0 ? b % 5 : reserved[a % reserved.length];
			const until = grid?.points[point]?.until ?? 0;
			const at = until === 0 ? undefined : soon(until + PARAMETERS.increment);
			return {
				sender: someone,
				action: { type: "expire", grid: id, point },
				...(at === undefined ? {} : { at }),
			};
		}
		case "close":
			return { sender: someone, action: { type: "close", grid: id } };
		case "withdraw": {
			const token = a % 2 === 0 ? ETHER : driver.stage.token.address;
			return { sender: someone, action: { type: "withdrawTo", token, recipient: other } };
		}
	}
}

/** Mostly a grid that the move can be about. */
function idOf({ kind, b, bad }: GridTurn, grids: readonly { readonly status: number }[]): number {
	if (bad && b % 5 === 0) return grids.length + 1;
	const wanted = kind === "add" || kind === "start" ? GRID_STATUS.filling : GRID_STATUS.open;
	const fitting = grids.flatMap(({ status }, i) => (status === wanted ? [i + 1] : []));
	return bad || fitting.length === 0 ? 1 + (b % (grids.length || 1)) : fitting[b % fitting.length];
}

const firstJoined = (rounds: ReadonlyMap<number, { readonly joiners: readonly Hex[] }>): number =>
	[...rounds].find(([, { joiners }]) => joiners.length > 0)![0];

function wrongTerms(terms: GridTerms, { a, b, bad }: GridTurn): GridTerms {
	if (!bad) return terms;
	const wrong: readonly Partial<GridTerms>[] = [
		{ program: wordHex(1n) },
		{ inputRoots: terms.inputRoots.slice(1) },
		{ hyperInput: 3 },
		{ hyperWidth: 7 },
		{ hyperElements: 76 },
		{ bounty: 0n },
		{ stake: 29n },
		{ rounds: a % 2 === 0 ? 0 : 65 },
		{ roundSeconds: 0 },
		{ reservationSeconds: 0 },
	];
	return { ...terms, ...wrong[b % wrong.length] };
}
