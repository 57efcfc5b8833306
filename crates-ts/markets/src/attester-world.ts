import type { Hex } from "@umpire/commitment/constants.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { Action } from "@umpire/game/move.ts";
import { apply as applyToGame } from "@umpire/game/moves.ts";
import { type AttesterWorld, withLedger } from "./attester-state.ts";
import {
	type BindCoverMove,
	bindCover,
	type CoverMove,
	cover,
	type UncoverMove,
	uncover,
} from "./cover-moves.ts";
import {
	advance,
	type ExitOperatorMove,
	exitOperator,
	type LeaveSetMove,
	leaveSet,
	type RegisterOperatorMove,
	registerOperator,
} from "./operator-moves.ts";
import {
	type AccuseMove,
	type AcquitMove,
	type AttestMove,
	accuse,
	acquit,
	attest,
	type EquivocationMove,
	equivocation,
	type JudgeMove,
	judge,
	type LapseAccusationMove,
	lapseAccusation,
	type SyncRecordMove,
	syncRecord,
} from "./record-moves.ts";
import { ETHER, withdraw } from "./token-ledger.ts";
import {
	type ClosePremiumMove,
	closePremium,
	type PostWitnessesMove,
	postWitnesses,
	type ShowWitnessMove,
	showWitness,
} from "./witness-moves.ts";

export type AdvanceMove = { type: "advance"; most: number };
/** Takes what one of the two contracts owes. */
export type WithdrawStakeMove = { type: "withdrawStake"; contract: "operators" | "attestations" };

export type AttesterAction =
	| RegisterOperatorMove
	| LeaveSetMove
	| ExitOperatorMove
	| AttestMove
	| SyncRecordMove
	| AccuseMove
	| JudgeMove
	| LapseAccusationMove
	| AcquitMove
	| EquivocationMove
	| CoverMove
	| UncoverMove
	| BindCoverMove
	| PostWitnessesMove
	| ShowWitnessMove
	| ClosePremiumMove
	| AdvanceMove
	| WithdrawStakeMove;
type Move = (AttesterAction | Action) & { readonly sender: Hex };

/**
 * The state after a move of an operator, a consumer, an accuser or the market, at time `now` (seconds), or the GameError
 * with which the contracts refuse it. Pure: nothing that it is given changes.
 */
export function applyToAttesters(
	world: AttesterWorld,
	move: Move,
	now: number,
	arbiter: Arbiter,
): AttesterWorld | GameError {
	try {
		return transition(world, move, now, arbiter);
	} catch (error) {
		if (error instanceof GameError) return error;
		throw error;
	}
}

function transition(world: AttesterWorld, move: Move, now: number, arbiter: Arbiter): AttesterWorld {
	switch (move.type) {
		case "registerOperator":
			return registerOperator(world, move, now);
		case "leaveSet":
			return leaveSet(world, move, now);
		case "exitOperator":
			return exitOperator(world, move, now);
		case "attest":
			return attest(world, move, now);
		case "syncRecord":
			return syncRecord(world, move);
		case "accuse":
			return accuse(world, move, now, arbiter);
		case "judge":
			return judge(world, move, now);
		case "lapseAccusation":
			return lapseAccusation(world, move, now);
		case "acquit":
			return acquit(world, move, now);
		case "equivocation":
			return equivocation(world, move, now);
		case "cover":
			return cover(world, move);
		case "uncover":
			return uncover(world, move);
		case "bindCover":
			return bindCover(world, move, now);
		case "postWitnesses":
			return postWitnesses(world, move, now);
		case "showWitness":
			return showWitness(world, move, now);
		case "closePremium":
			return closePremium(world, move, now);
		case "advance":
			return advance(world, move);
		case "withdrawStake":
			return withLedger(world, move.contract, (ledger) => withdraw(ledger, ETHER, move.sender));
		default: {
			const game = applyToGame(world.game, move, now, arbiter);
			if (game instanceof GameError) throw game;
			return { ...world, game };
		}
	}
}
