import type { Hex } from "@umpire/commitment/constants.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { Action } from "@umpire/game/move.ts";
import { apply as applyToGame } from "@umpire/game/moves.ts";
import { type BringMove, bring, type MakeVoidMove, makeVoid } from "./beacon-state.ts";
import { type CloseMove, close, type ExpireMove, expire, type SyncMove, sync } from "./grid-endings.ts";
import {
	type AddPointsMove,
	addPoints,
	type OpenMove,
	openGrid,
	type StartMove,
	start,
} from "./grid-opening.ts";
import { type DrawMove, draw, type JoinMove, join } from "./grid-rounds.ts";
import type { GridWorld } from "./grid-state.ts";
import { withdraw } from "./token-ledger.ts";

export type WithdrawToMove = { type: "withdrawTo"; token: Hex; recipient: Hex };

export type GridAction =
	| OpenMove
	| AddPointsMove
	| StartMove
	| JoinMove
	| DrawMove
	| SyncMove
	| ExpireMove
	| CloseMove
	| WithdrawToMove
	| BringMove
	| MakeVoidMove;

/**
 * The state after a move of a grid, its beacon or the market, at time `now` (seconds), or the GameError with which the
 * contract refuses it. Pure: nothing that it is given changes.
 */
export function applyToWorld(
	world: GridWorld,
	move: (GridAction | Action) & { readonly sender: Hex },
	now: number,
	arbiter: Arbiter,
): GridWorld | GameError {
	try {
		return transition(world, move, now, arbiter);
	} catch (error) {
		if (error instanceof GameError) return error;
		throw error;
	}
}

function transition(
	world: GridWorld,
	move: (GridAction | Action) & { readonly sender: Hex },
	now: number,
	arbiter: Arbiter,
): GridWorld {
	switch (move.type) {
		case "openGrid":
			return openGrid(world, move);
		case "addPoints":
			return addPoints(world, move, arbiter);
		case "start":
			return start(world, move, now);
		case "join":
			return join(world, move, now);
		case "draw":
			return draw(world, move, now, arbiter);
		case "sync":
			return sync(world, move, now);
		case "expire":
			return expire(world, move, now);
		case "close":
			return close(world, move, now);
		case "withdrawTo":
			return { ...world, ledger: withdraw(world.ledger, move.token, move.sender) };
		case "bring":
			return { ...world, beacon: bring(world.beacon, move) };
		case "makeVoid":
			return { ...world, beacon: makeVoid(world.beacon, move) };
		default:
			return playMarket(world, move, now, arbiter);
	}
}

/** A move of the market or its court. A grid takes what it is told of endings as a hint. */
function playMarket(
	world: GridWorld,
	move: Action & { readonly sender: Hex },
	now: number,
	arbiter: Arbiter,
): GridWorld {
	const game = applyToGame(world.game, move, now, arbiter);
	if (game instanceof GameError) throw game;
	const next = { ...world, game };
	if (move.type === "claim") {
		const score = firstElement(move.opening.words, outputWidth(next, move.request));
		return { ...next, scores: new Map(world.scores).set(game.claims.length, score) };
	}
	if (move.type !== "finalise" && move.type !== "deliver") return next;
	const place = world.places.get(game.claims[move.claim - 1].request);
	if (place === undefined) return next;
	const told = applyToWorld(
		next,
		{ type: "sync", ...place, claim: move.claim, sender: move.sender },
		now,
		arbiter,
	);
	return told instanceof GameError ? next : told;
}

const outputWidth = ({ game }: GridWorld, request: number): number =>
	game.programs.get(game.requests[request - 1].program)!.outputWidth;

/** The first element of a leaf. */
function firstElement([word]: readonly bigint[], width: number): bigint {
	return (word & (2n ** BigInt(width) - 1n)) - 2n ** BigInt(width - 1);
}
