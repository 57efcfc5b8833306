import type { Hex } from "@umpire/commitment/constants.ts";
import { openingKey } from "@umpire/game/state.ts";
import type { EventFeed } from "./events.ts";

/** The children that were published of a node, by the game's opening key. */
export type Published = (key: string) => readonly Hex[] | undefined;

/** Finds published children among a feed's events. */
export function publishedChildren(feed: EventFeed): Published {
	const known = new Map<string, readonly Hex[]>();
	let taken = 0;
	let revision = 0;
	return (key) => {
		if (feed.revision !== revision) {
			known.clear();
			[taken, revision] = [0, feed.revision];
		}
		for (; taken < feed.events.length; taken++) {
			const event = feed.events[taken];
			if (event.name !== "NodeOpened") continue;
			const { node, tree, childLevel, children } = event.args;
			known.set(openingKey(node, tree, Number(childLevel), children.length), children);
		}
		return known.get(key);
	};
}
