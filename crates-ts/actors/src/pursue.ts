import type { Hex, Tag, Width } from "@umpire/commitment/constants.ts";
import { elementsInLeaf, unpackLeaf } from "@umpire/commitment/leaf.ts";
import { Levels } from "@umpire/commitment/levels.ts";
import { type Action, NO_DESCRIPTOR } from "@umpire/game/move.ts";
import { childPosition, passSingles } from "@umpire/game/search.ts";
import { type GameState, openingKey, PHASE, SIDE } from "@umpire/game/state.ts";
import { partCount } from "@umpire/operators/parts.ts";
import { type Evidence, openDescriptor } from "./evidence.ts";
import { firstElement, type OpenDispute, ownChildren, tensorAt } from "./position.ts";
import { type Matter, partialResults } from "./settlement.ts";

/** A challenger's next step: a move of the game, or a settlement that has yet to be proved. */
export type Step =
	| { readonly type: "move"; readonly action: Action }
	| { readonly type: "settle"; readonly matter: Matter; readonly claimed: number };

/** The children that were published of a node, by the game's opening key. */
export type Published = (key: string) => readonly Hex[] | undefined;

/**
 * What a challenger does about its dispute: names the leftmost child that differs from its own
 * trace, names the leftmost wrong element, proves the first wrong part; or claims the submitter's
 * timeout. Undefined if nothing is due.
 */
export function pursue(
	state: GameState,
	open: OpenDispute,
	evidence: Evidence,
	published: Published,
): Step | undefined {
	const { id, dispute, side, expired } = open;
	if (side === SIDE.submitter) {
		return expired ? { type: "move", action: { type: "timeout", dispute: id } } : undefined;
	}
	switch (dispute.phase) {
		case PHASE.search:
			return descend(state, open, evidence, published);
		case PHASE.leaf:
			return accuse(state, open, evidence);
		case PHASE.partials: {
			const own = partialResults(evidence, dispute, dispute.element);
			const part = dispute.partials.findIndex((partial, p) => partial !== own[p]);
			return part < 0 ? undefined : settle(state, open, dispute.element, part);
		}
		default:
			return undefined;
	}
}

function descend(
	state: GameState,
	open: OpenDispute,
	evidence: Evidence,
	published: Published,
): Step | undefined {
	const own = ownChildren(evidence, open, state);
	const { dispute } = open;
	const key = openingKey(dispute.node, dispute.tree, own.childLevel, own.children.length);
	const children = published(key);
	const index = children?.findIndex((child, i) => child !== own.children[i]) ?? -1;
	if (children === undefined || index < 0) return undefined;
	return descendTo(state, open, evidence, children, index);
}

/** The move that names child `index` of what was published. */
export function descendTo(
	state: GameState,
	open: OpenDispute,
	evidence: Evidence,
	children: readonly Hex[],
	index: number,
): Step {
	const { id, dispute, header } = open;
	const child = childPosition(dispute, index, header, state.parameters);
	let entry = NO_DESCRIPTOR;
	passSingles(child, header, (operator) => {
		entry = openDescriptor(evidence, operator);
		return evidence.commitment.descriptors[operator];
	});
	const { childLevel } = ownChildren(evidence, open, state);
	const path = Levels.of(children, dispute.tree as Tag, childLevel).path(index);
	return {
		type: "move",
		action: { type: "descend", dispute: id, index, child: children[index], path, entry },
	};
}

/** Names the leftmost element of the published leaf that is wrong. */
function accuse(state: GameState, open: OpenDispute, evidence: Evidence): Step | undefined {
	const { id, dispute } = open;
	const tensor = tensorAt(evidence, dispute);
	const words = state.leaves.get(dispute.node)!.words;
	const claimed = unpackLeaf(words, tensor.width, tensor.count(dispute.start));
	const first = firstElement(dispute);
	const index = claimed.findIndex((value, i) => value !== tensor.elements[first + i]);
	if (index < 0) return undefined;
	const element = first + index;
	const descriptor = evidence.commitment.descriptors[dispute.operator];
	if (partCount(descriptor, element) === 1) return settle(state, open, element, 0);
	const operator = openDescriptor(evidence, dispute.operator);
	return { type: "move", action: { type: "name", dispute: id, element, operator } };
}

function settle(state: GameState, { dispute }: OpenDispute, element: number, part: number): Step {
	const { step, operator, partials } = dispute;
	const { words } = state.leaves.get(dispute.node)!;
	const count = elementsInLeaf(dispute.start, dispute.elements, dispute.width as Width);
	const claimed = unpackLeaf(words, dispute.width as Width, count)[element - firstElement(dispute)];
	return { type: "settle", matter: { step, operator, element, part, words, partials }, claimed };
}
