import type { Feeds } from "@umpire/graph/feeds.ts";

/** Every third set of inputs sets no range, but is judged by; of fewer than three, none. */
const EVERY = 3;

/** Whether some of so many sets can be held back. */
export const holdsBack = (sets: number): boolean => sets >= EVERY;

/** Whether the set of this number is held back, of so many. */
export const isHeldBack = (set: number, sets: number): boolean =>
	holdsBack(sets) && set % EVERY === EVERY - 1;

/** The feeds from which ranges are measured where widths are chosen: a program is judged on all of them. */
export function withoutHeldBack(feeds: Feeds, steps: number): Feeds {
	const sets = feeds.count / steps;
	if (!holdsBack(sets)) return feeds;
	return {
		first: feeds.first,
		count: (sets - Math.floor(sets / EVERY)) * steps,
		async *each() {
			let index = 0;
			for await (const feed of feeds.each()) {
				const set = Math.floor(index++ / steps);
				if (!isHeldBack(set, sets)) yield feed;
			}
		},
	};
}
