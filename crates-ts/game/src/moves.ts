import { programRoot } from "@umpire/operators/program-commitment.ts";
import type { Arbiter } from "./arbiter.ts";
import * as endings from "./dispute-endings.ts";
import * as disputes from "./dispute-moves.ts";
import { GameError } from "./errors.ts";
import * as inputs from "./input-moves.ts";
import * as market from "./market-moves.ts";
import type { Move } from "./move.ts";
import { withdraw } from "./patch.ts";
import type { GameState } from "./state.ts";

/**
 * The state after `move` at time `now` (seconds), or the GameError with which the contract refuses it.
 * Pure: nothing that it is given changes.
 */
export function apply(state: GameState, move: Move, now: number, arbiter: Arbiter): GameState | GameError {
	try {
		return transition(state, move, now, arbiter);
	} catch (error) {
		if (error instanceof GameError) return error;
		throw error;
	}
}

function transition(state: GameState, move: Move, now: number, arbiter: Arbiter): GameState {
	switch (move.type) {
		case "register":
			return market.register(state, move, programRoot(move.header));
		case "request":
			return market.request(state, move, now);
		case "stopRequests":
			return market.stopRequests(state, move, now);
		case "claim":
			return market.claim(state, move, now, arbiter);
		case "bindTrace":
			return market.bindTrace(state, move, now);
		case "finalise":
			return market.finalise(state, move, now);
		case "refund":
			return market.refund(state, move, now);
		case "withdraw":
			return withdraw(state, move);
		case "commitClaim":
			return market.commitClaim(state, move, now);
		case "deliver":
			return market.deliver(state, move);
		case "challenge":
			return disputes.challenge(state, move, now, arbiter);
		case "enter":
			return disputes.enter(state, move, now, arbiter);
		case "open":
			return disputes.open(state, move, now);
		case "descend":
			return disputes.descend(state, move, now, arbiter);
		case "publishLeaf":
			return disputes.publishLeaf(state, move, now, arbiter);
		case "name":
			return disputes.name(state, move, now, arbiter);
		case "publishPartials":
			return disputes.publishPartials(state, move, now, arbiter);
		case "settle":
			return endings.settle(state, move, now, arbiter);
		case "settleDirectly":
			return endings.settleDirectly(state, move, now, arbiter);
		case "timeout":
			return endings.timeout(state, move, now);
		case "reclaim":
			return endings.reclaim(state, move);
		case "demandInput":
			return inputs.demandInput(state, move, now, arbiter);
		case "answerInput":
			return inputs.answerInput(state, move, now, arbiter);
		case "collectAnswered":
			return inputs.collectAnswered(state, move);
		case "timeoutInput":
			return inputs.timeoutInput(state, move, now);
		case "reclaimInput":
			return inputs.reclaimInput(state, move);
	}
}
