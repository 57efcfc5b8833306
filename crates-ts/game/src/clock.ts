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
	const increment = parameters.increment + dispute.crowding;
	if (published === 0) {
		return {
			side: SIDE.submitter,
			since: dispute.demandedAt,
			allowed: increment,
			reserve: dispute.submitterReserve,
		};
	}
	return {
		side: SIDE.challenger,
		since: Math.max(dispute.demandedAt, published),
		allowed: increment + proving(dispute, parameters),
		reserve: dispute.challengerReserve,
	};
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
	const allowed = parameters.increment + dispute.crowding;
	return {
		submitterReserve: left(dispute.submitterReserve, since - dispute.demandedAt, allowed),
		challengerReserve: left(dispute.challengerReserve, now - since, allowed + proving(dispute, parameters)),
	};
}

function left(reserve: number, used: number, allowed: number): number {
	return Math.max(0, reserve - Math.max(0, used - allowed));
}

/** The challenger may have to prove at the leaf and after the partial results. */
function proving(dispute: Dispute, parameters: Parameters): number {
	return dispute.phase === PHASE.search ? 0 : parameters.provingAllowance;
}
