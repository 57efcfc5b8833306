import type { ChainEvent } from "@umpire/chain/events.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { SIDE } from "@umpire/game/state.ts";

/** How disputes end. */
export type DisputeEnd =
	| "wrong number"
	| "submitter out of time"
	| "challenger out of time"
	| "decided elsewhere";

/** The event with which a dispute is over. */
export type EndEvent = Extract<ChainEvent, { name: "Settled" | "TimedOut" | "Reclaimed" }>;

/** The end of a dispute; undefined while it is open. */
export function endOf(events: readonly ChainEvent[], dispute: number): EndEvent | undefined {
	return events.find(
		(event): event is EndEvent =>
			(event.name === "Settled" || event.name === "TimedOut" || event.name === "Reclaimed") &&
			Number(event.args.dispute) === dispute,
	);
}

/** How a dispute ended. */
export function endText(end: EndEvent): DisputeEnd {
	if (end.name === "Settled") return "wrong number";
	if (end.name === "Reclaimed") return "decided elsewhere";
	return end.args.loser === SIDE.submitter ? "submitter out of time" : "challenger out of time";
}

/** Who won a dispute; null if its claim was decided elsewhere. */
export function winnerOf(end: EndEvent, sides: { submitter: Hex; challenger: Hex }): Hex | null {
	if (end.name === "Reclaimed") return null;
	return end.name === "TimedOut" && end.args.loser === SIDE.challenger ? sides.submitter : sides.challenger;
}
