import type { EventFeed } from "@umpire/chain/events.ts";

/** Blocks on top of a request or a claim after which its number is taken to be its own. */
export const SETTLED_AFTER = 3n;

/**
 * Numbers of requests or claims that a reorganisation of a few blocks can still give to others: a claim or a challenge
 * that waits in a node's pool meanwhile, or is sent again by whoever saw it, would be one of something else.
 *
 * @param after blocks on top of theirs
 */
export function unsettled(
	{ events, head }: Pick<EventFeed, "events" | "head">,
	name: "Requested" | "Claimed",
	after: bigint,
): ReadonlySet<number> {
	const young = new Set<number>();
	if (head === undefined) return young;
	for (let i = events.length - 1; i >= 0 && head.number - events[i].block < after; i--) {
		const event = events[i];
		if (event.name !== name) continue;
		young.add(Number(event.name === "Claimed" ? event.args.claim : event.args.request));
	}
	return young;
}
