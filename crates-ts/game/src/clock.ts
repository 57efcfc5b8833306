import { type Dispute, type Parameters, PHASE, SIDE, type Side } from "./state.ts";

/** Whose move it is: since when, and what it may use before and out of its reserve, in seconds. */
export interface Turn {
	readonly side: Side;
	readonly since: number;
	readonly allowed: number;
	readonly reserve: number;
}

/**
 * @param published when what the dispute demands was published, 0 if it was not
 */
export function turnOf(dispute: Dispute, published: number, parameters: Parameters): Turn {
	const side = published === 0 ? SIDE.submitter : SIDE.challenger;
	const allowed = allowedTo(side, dispute, parameters);
	return side === SIDE.submitter
		? { side, since: dispute.demandedAt, allowed, reserve: dispute.submitterReserve }
		: { side, since: Math.max(dispute.demandedAt, published), allowed, reserve: dispute.challengerReserve };
}

/** True iff the side to move can be timed out at `now`. */
export function hasRunOut(turn: Turn, now: number): boolean {
	return now - turn.since > turn.allowed + turn.reserve;
}

/** The last second at which no timeout can be claimed. */
export function lastSecond(turn: Turn): number {
	return turn.since + turn.allowed + turn.reserve;
}

/** What is left of both reserves when the challenger moves at `now`. */
export function charge(
	dispute: Dispute,
	published: number,
	now: number,
	parameters: Parameters,
): Pick<Dispute, "submitterReserve" | "challengerReserve"> {
	const since = Math.max(dispute.demandedAt, published);
	const submitters = allowedTo(SIDE.submitter, dispute, parameters);
	const challengers = allowedTo(SIDE.challenger, dispute, parameters);
	return {
		submitterReserve: left(dispute.submitterReserve, since - dispute.demandedAt, submitters),
		challengerReserve: left(dispute.challengerReserve, now - since, challengers),
	};
}

function left(reserve: number, used: number, allowed: number): number {
	return Math.max(0, reserve - Math.max(0, used - allowed));
}

/**
 * What a side may use for its turn before it uses its reserve: the submitter may have to compute the trace in phase
 * Root, the challenger to prove at the leaf and after the partial results.
 */
function allowedTo(side: Side, { phase, crowding }: Dispute, parameters: Parameters): number {
	const allowed = parameters.increment + crowding;
	if (side === SIDE.submitter) return phase === PHASE.root ? allowed + parameters.commitAllowance : allowed;
	return phase === PHASE.leaf || phase === PHASE.partials ? allowed + parameters.provingAllowance : allowed;
}
