import type { Hex } from "@umpire/commitment/constants.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { Action } from "@umpire/game/move.ts";
import { apply as applyToGame } from "@umpire/game/moves.ts";
import { type BringMove, bring, type MakeVoidMove, makeVoid } from "./beacon-state.ts";
import { type ExpireJobMove, expireJob, type SyncJobMove, syncJob } from "./job-endings.ts";
import {
	type AcceptMove,
	accept,
	type CancelMove,
	cancel,
	type DeclineMove,
	type DrawJobsMove,
	decline,
	drawJobs,
	type LapseMove,
	lapse,
	type SubmitMove,
	submit,
	type TakeMove,
	take,
} from "./job-moves.ts";
import { type NetworkWorld, withLedger } from "./network-state.ts";
import { withdraw } from "./token-ledger.ts";
import {
	type ApplyChangesMove,
	applyChanges,
	type ExitMove,
	exit,
	type LeaveMove,
	leave,
	type PauseMove,
	pause,
	type RegisterWorkerMove,
	type ResumeMove,
	registerWorker,
	resume,
} from "./worker-moves.ts";

/** Takes what one of the two contracts owes. */
export type WithdrawFromMove = {
	type: "withdrawFrom";
	contract: "workers" | "jobs";
	token: Hex;
	recipient: Hex;
};

export type NetworkAction =
	| RegisterWorkerMove
	| PauseMove
	| ResumeMove
	| LeaveMove
	| ExitMove
	| ApplyChangesMove
	| SubmitMove
	| CancelMove
	| DrawJobsMove
	| AcceptMove
	| DeclineMove
	| LapseMove
	| TakeMove
	| SyncJobMove
	| ExpireJobMove
	| WithdrawFromMove
	| BringMove
	| MakeVoidMove;
type Move = (NetworkAction | Action) & { readonly sender: Hex };

/**
 * The state after a move of a worker, a client, the beacon or the market, at time `now` (seconds), or the GameError with
 * which the contracts refuse it. Pure: nothing that it is given changes.
 */
export function applyToNetwork(
	world: NetworkWorld,
	move: Move,
	now: number,
	arbiter: Arbiter,
): NetworkWorld | GameError {
	try {
		return transition(world, move, now, arbiter);
	} catch (error) {
		if (error instanceof GameError) return error;
		throw error;
	}
}

function transition(world: NetworkWorld, move: Move, now: number, arbiter: Arbiter): NetworkWorld {
	switch (move.type) {
		case "registerWorker":
			return registerWorker(world, move, now);
		case "pause":
			return pause(world, move, now);
		case "resume":
			return resume(world, move, now);
		case "leave":
			return leave(world, move, now);
		case "exit":
			return exit(world, move, now);
		case "applyChanges":
			return applyChanges(world, move, now);
		case "submit":
			return submit(world, move, now);
		case "cancel":
			return cancel(world, move, now);
		case "drawJobs":
			return drawJobs(world, move, now);
		case "accept":
			return accept(world, move, now, arbiter);
		case "decline":
			return decline(world, move, now);
		case "lapse":
			return lapse(world, move, now);
		case "take":
			return take(world, move, now, arbiter);
		case "syncJob":
			return syncJob(world, move, now);
		case "expireJob":
			return expireJob(world, move, now);
		case "withdrawFrom":
			return withLedger(world, move.contract, (ledger) => withdraw(ledger, move.token, move.sender));
		case "bring":
			return { ...world, beacon: bring(world.beacon, move) };
		case "makeVoid":
			return { ...world, beacon: makeVoid(world.beacon, move) };
		default: {
			const game = applyToGame(world.game, move, now, arbiter);
			if (game instanceof GameError) throw game;
			return { ...world, game };
		}
	}
}
