import type { Action } from "@umpire/game/move.ts";
import type { GameState } from "@umpire/game/state.ts";
import type { CampaignMove } from "./moves.ts";

type Poke = Extract<CampaignMove, { type: "poke" }>;

/** A move that anybody may try at any time, of something that is there or not. */
export function pokedAction(state: GameState, { kind, number }: Poke): Action {
	const of = (count: number) => 1 + (number % Math.max(count, 1));
	const [requests, claims] = [of(state.requests.length), of(state.claims.length)];
	const [disputes, demands] = [of(state.disputes.length), of(state.inputDemands.length)];
	const actions: Record<typeof kind, Action> = {
		finalise: { type: "finalise", claim: claims },
		refund: { type: "refund", request: requests },
		withdraw: { type: "withdraw", from: number % 3 === 0 ? "court" : "market" },
		timeout: { type: "timeout", dispute: disputes },
		reclaim: { type: "reclaim", dispute: disputes },
		timeoutInput: { type: "timeoutInput", demand: demands },
		collectAnswered: { type: "collectAnswered", demand: demands },
		reclaimInput: { type: "reclaimInput", demand: demands },
	};
	return actions[kind];
}
