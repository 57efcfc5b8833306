import { LEAF_ELEMENTS, type Width } from "@umpire/commitment/constants.ts";
import { elementsInLeaf, unpackLeaf } from "@umpire/commitment/leaf.ts";
import type { Action } from "@umpire/game/move.ts";
import type { Dispute } from "@umpire/game/state.ts";

/** An element of the disputed leaf, as published. */
export function publishedElement(
	{ start, elements, width }: Dispute,
	words: readonly bigint[],
	element: number,
): number {
	const values = unpackLeaf(words, width as Width, elementsInLeaf(start, elements, width as Width));
	return values[element - start * LEAF_ELEMENTS[width as Width]];
}

/** What a challenger did, in a few words. */
export function describeMove(action: Action): string {
	switch (action.type) {
		case "descend":
			return `the leftmost difference is below child ${action.index}`;
		case "enter":
			return "entered the trace that was bound";
		case "name":
			return `named element ${action.element}`;
		case "timeout":
			return "the submitter ran out of time";
		default:
			return action.type;
	}
}
