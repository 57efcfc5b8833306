import { GameError } from "@umpire/game/errors.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import {
	endOfRound,
	FREE_POINT,
	GRID_STATUS,
	type GridWorld,
	gridIn,
	isClaimed,
	POINT_STATUS,
	type Point,
	pointOf,
	withGrid,
	withPoint,
} from "./grid-state.ts";
import { burn, credit, ETHER, forfeit } from "./token-ledger.ts";

export type SyncMove = { type: "sync"; grid: number; point: number; claim: number };
export type ExpireMove = { type: "expire"; grid: number; point: number };
export type CloseMove = { type: "close"; grid: number };

/** Moves a point on by the end of its claim. */
export function sync(world: GridWorld, { grid: id, point, claim }: SyncMove, now: number): GridWorld {
	const p = reserved(world, id, point);
	const c = world.game.claims[claim - 1];
	if (c === undefined) {
		throw new GameError("WrongClaimStatus", claim, CLAIM_STATUS.none, CLAIM_STATUS.live);
	}
	if (c.request !== p.request) throw new GameError("NotTheClaim", claim, c.request, p.request);
	if (c.status === CLAIM_STATUS.live) throw new GameError("ClaimLive", claim);
	if (c.status === CLAIM_STATUS.final) return accept(world, id, point, claim);
	const { stake } = world.grids[id - 1].terms;
	const ledger = forfeit(world.ledger, stake, world.game.parameters.burnPermille, c.winner);
	return release({ ...world, ledger }, id, point, now);
}

function accept(world: GridWorld, id: number, point: number, claim: number): GridWorld {
	const { share, terms, points, best, open, accepted, credited } = world.grids[id - 1];
	const p: Point = {
		...points[point],
		status: POINT_STATUS.accepted,
		claim,
		score: world.scores.get(claim)!,
	};
	const ledger = credit(credit(world.ledger, ETHER, p.worker, terms.stake), terms.token, p.worker, share);
	return withGrid(withPoint({ ...world, ledger }, id, point, p), id, {
		open: open - 1,
		accepted: accepted + 1,
		credited: credited + share,
		best: best === 0 || isBetter(terms.lowest, p, points[best - 1]) ? point + 1 : best,
	});
}

/** Of equal scores the one that was dealt first is better: that was random, and known before there was a score. */
export function isBetter(
	lowest: boolean,
	a: Pick<Point, "score" | "round" | "position">,
	b: Pick<Point, "score" | "round" | "position">,
): boolean {
	if (a.score !== b.score) return a.score < b.score === lowest;
	return a.round === b.round ? a.position < b.position : a.round < b.round;
}

/** Ends a reservation without a claim: its stake is burned. */
export function expire(world: GridWorld, { grid: id, point }: ExpireMove, now: number): GridWorld {
	const { until, request } = reserved(world, id, point);
	const end = until + world.game.parameters.increment;
	if (now < end) throw new GameError("ReservationRunning", id, point, now, end);
	if (isClaimed(world.game, request)) throw new GameError("ClaimMade", id, point, request);
	return release({ ...world, ledger: burn(world.ledger, world.grids[id - 1].terms.stake) }, id, point, now);
}

/** The point can be dealt again, but in no round whose value may be known. */
function release(world: GridWorld, id: number, point: number, now: number): GridWorld {
	const { open, returned, startedAt, terms } = world.grids[id - 1];
	const from = Math.min(Math.floor((now - startedAt) / terms.roundSeconds), terms.rounds);
	const { worker, request, until, status } = FREE_POINT;
	const freed = withPoint(world, id, point, { worker, request, until, status, from });
	return withGrid(freed, id, { open: open - 1, returned: [...returned, point] });
}

/** Pays the best and the client. */
export function close(world: GridWorld, { grid: id }: CloseMove, now: number): GridWorld {
	const grid = gridIn(world, id, GRID_STATUS.open);
	const { terms, points, accepted, waiting, open, best, share, client, budget } = grid;
	const end = endOfRound(grid, terms.rounds - 1);
	if (accepted !== points.length && (now < end || waiting !== 0 || open !== 0)) {
		throw new GameError("GridRunning", id, waiting, open, now, end);
	}
	const prize = best === 0 ? 0n : prizeOf(terms.bounty, share, points.length);
	const credited = grid.credited + prize;
	let { ledger } = world;
	if (best !== 0) ledger = credit(ledger, terms.token, points[best - 1].worker, prize);
	ledger = credit(ledger, terms.token, client, terms.bounty - credited);
	ledger = credit(ledger, ETHER, client, budget);
	return withGrid({ ...world, ledger }, id, { status: GRID_STATUS.closed, credited, budget: 0n });
}

/** What the best point earns beside its share: all of the bounty if there is one point only. */
export function prizeOf(bounty: bigint, share: bigint, points: number): bigint {
	return points === 1 ? bounty : bounty - bounty / 2n - share;
}

function reserved(world: GridWorld, id: number, point: number): Point {
	const p = pointOf(world, id, point);
	if (p.status !== POINT_STATUS.reserved) {
		throw new GameError("WrongPointStatus", id, point, p.status, POINT_STATUS.reserved);
	}
	return p;
}
