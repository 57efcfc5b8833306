import type { ChainEvent, EventFeed } from "@umpire/chain/events.ts";
import type { Action } from "@umpire/game/move.ts";
import type { OpenDispute } from "./open-dispute.ts";

/** Blocks on top of what is answered after which it is taken to stay what it is. */
export const SETTLED_AFTER = 3n;

/** Seconds without a block after which a chain is taken to make blocks only for transactions: it would be waited for in vain. */
const IDLE_AFTER = 60;

/** Who looks at the chain. */
interface Watcher {
	readonly feed: Pick<EventFeed, "events" | "head">;
	readonly settledAfter: bigint;
}

/**
 * Numbers of requests, of claims, or of disputes with a named element, to which a reorganisation of a few blocks can
 * still give another meaning: a move about them that waits in a node's pool meanwhile, or is sent again by whoever saw
 * it, would be one about something else.
 */
export function unsettled(
	{ feed: { events, head }, settledAfter }: Watcher,
	name: "Requested" | "Claimed" | "Named",
): ReadonlySet<number> {
	const young = new Set<number>();
	if (head === undefined || Date.now() / 1000 - Number(head.timestamp) > IDLE_AFTER) return young;
	for (let i = events.length - 1; i >= 0 && head.number - events[i].block < settledAfter; i--) {
		if (events[i].name === name) young.add(numberIn(events[i]));
	}
	return young;
}

function numberIn({ name, args }: ChainEvent): number {
	if (name === "Requested") return Number(args.request);
	if (name === "Claimed") return Number(args.claim);
	return name === "Named" ? Number(args.dispute) : 0;
}

/**
 * Whether an answer is to wait. What is published of nodes and leaves says itself what it is; a trace that is bound to
 * another claim, or partial results of another element of the same value, would be wrong there.
 */
export function mayBeAnothers(world: Watcher, { view }: OpenDispute, { type }: Action): boolean {
	if (type === "publishPartials") return unsettled(world, "Named").has(view.id);
	return type === "bindTrace" && unsettled(world, "Claimed").has(view.dispute.claim);
}
