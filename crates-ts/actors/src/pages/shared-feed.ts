import type { ChainEvent, EventFeed } from "@umpire/chain/events.ts";

/** A feed for several readers at once: whoever asks while it is being read waits for that reading. */
export function sharedFeed(feed: EventFeed): EventFeed {
	let reading: Promise<ChainEvent[]> | undefined;
	return {
		get events() {
			return feed.events;
		},
		get head() {
			return feed.head;
		},
		get revision() {
			return feed.revision;
		},
		poll() {
			reading ??= feed.poll().finally(() => {
				reading = undefined;
			});
			return reading;
		},
		reread: () => feed.reread(),
	};
}
