import type { Hex } from "@umpire/commitment/constants.ts";
import { type Dispute, type InputDemand, PHASE } from "@umpire/game/state.ts";
import type { Challenge, Demand } from "./ledger.ts";

/** A dispute of which nothing is known but that it was: nobody looks at it. */
export function closedDispute({ claim, challenger }: Challenge): Dispute {
	return {
		claim,
		challenger,
		phase: PHASE.closed,
		tree: 0,
		step: 0,
		operator: 0,
		start: 0,
		level: 0,
		elements: 0,
		width: 0,
		node: NOTHING,
		demandedAt: 0,
		submitterReserve: 0,
		challengerReserve: 0,
		crowding: 0,
		element: 0,
		parts: 0,
		partialsAt: 0,
		partials: [],
	};
}

/** The same for a demand for inputs. */
export function closedDemand({ claim, demander, input, chunk }: Demand): InputDemand {
	const unread = { demandedAt: 0, crowding: 0, elements: 0, width: 8 } as const;
	return { claim, demander, input, chunk, ...unread, open: false };
}

const NOTHING: Hex = `0x${"00".repeat(32)}`;
