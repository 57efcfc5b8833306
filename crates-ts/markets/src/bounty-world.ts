import type { Hex, Width } from "@umpire/commitment/constants.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { Action } from "@umpire/game/move.ts";
import { apply as applyToGame } from "@umpire/game/moves.ts";
import { type BringMove, bring, type MakeVoidMove, makeVoid } from "./beacon-state.ts";
import {
	type AskAnybodyMove,
	type AskMove,
	ask,
	askAnybody,
	type BeginMove,
	begin,
	type CloseRoundMove,
	closeRound,
	type ExpireCandidateMove,
	expireCandidate,
	type GiveBackMove,
	giveBack,
	type SyncCandidateMove,
	syncCandidate,
} from "./bounty-endings.ts";
import {
	type CommitMove,
	commit,
	type EndBountyMove,
	endBounty,
	type MismatchMove,
	mismatch,
	type OpenBountyMove,
	openBounty,
	type RevealMove,
	reveal,
} from "./bounty-entries.ts";
import type { BountyWorld } from "./bounty-state.ts";
import { withdraw } from "./token-ledger.ts";
import type { WithdrawToMove } from "./world.ts";

export type BountyAction =
	| OpenBountyMove
	| CommitMove
	| RevealMove
	| MismatchMove
	| EndBountyMove
	| BeginMove
	| AskMove
	| AskAnybodyMove
	| SyncCandidateMove
	| ExpireCandidateMove
	| GiveBackMove
	| CloseRoundMove
	| WithdrawToMove
	| BringMove
	| MakeVoidMove;
type Move = (BountyAction | Action) & { readonly sender: Hex };

/**
 * The state after a move of an owner, a contributor, the beacon or the market, at time `now` (seconds), or the GameError
 * with which the contract refuses it. Pure: nothing that it is given changes.
 */
export function applyToBounties(
	world: BountyWorld,
	move: Move,
	now: number,
	arbiter: Arbiter,
): BountyWorld | GameError {
	try {
		return transition(world, move, now, arbiter);
	} catch (error) {
		if (error instanceof GameError) return error;
		throw error;
	}
}

function transition(world: BountyWorld, move: Move, now: number, arbiter: Arbiter): BountyWorld {
	switch (move.type) {
		case "openBounty":
			return openBounty(world, move);
		case "commit":
			return commit(world, move, now);
		case "reveal":
			return reveal(world, move, now);
		case "mismatch":
			return mismatch(world, move, arbiter);
		case "endBounty":
			return endBounty(world, move);
		case "begin":
			return begin(world, move, now);
		case "ask":
			return ask(world, move, now, arbiter);
		case "askAnybody":
			return askAnybody(world, move, now, arbiter);
		case "syncCandidate":
			return syncCandidate(world, move);
		case "expireCandidate":
			return expireCandidate(world, move, now);
		case "giveBack":
			return giveBack(world, move);
		case "closeRound":
			return closeRound(world, move, now);
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

/** A move of the market or its court; of claims it is kept what they state. */
function playMarket(
	world: BountyWorld,
	move: Action & { readonly sender: Hex },
	now: number,
	arbiter: Arbiter,
) {
	const game = applyToGame(world.game, move, now, arbiter);
	if (game instanceof GameError) throw game;
	if (move.type !== "claim") return { ...world, game };
	const { outputWidth } = game.programs.get(game.requests[move.request - 1].program)!;
	const scores = firstTwo(move.opening.words, outputWidth);
	return { ...world, game, scores: new Map(world.scores).set(game.claims.length, scores) };
}

/** The first two elements of a leaf: they are in its first word, whatever the width. */
function firstTwo([word]: readonly bigint[], width: Width): readonly [bigint, bigint] {
	const half = 2n ** BigInt(width - 1);
	const lane = (at: number): bigint => ((word >> BigInt(width * at)) & (2n * half - 1n)) - half;
	return [lane(0), lane(1)];
}
