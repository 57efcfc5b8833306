import { LEAF_ELEMENTS, type Tag, type Width } from "@umpire/commitment/constants.ts";
import { elementsInLeaf, unpackLeaf } from "@umpire/commitment/leaf.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import {
	type DescendMove,
	type DescriptorOpening,
	type EnterMove,
	type NameMove,
	NO_DESCRIPTOR,
} from "./move.ts";
import {
	childPosition,
	demanded,
	isCheckpoint,
	passSingles,
	rootPosition,
	segmentPosition,
} from "./search.ts";
import { PHASE, type Position } from "./state.ts";
import type { DisputeView, TraceView } from "./trace-view.ts";

/** The challenger has to prove this part of this element and to settle with the proof. */
export interface ProvePlan {
	readonly type: "prove";
	readonly step: number;
	readonly operator: number;
	readonly element: number;
	readonly part: number;
}

/**
 * What a challenger whose trace is right does next, or null if it is not its turn or if the
 * submitter's trace agrees with its own below the disputed node.
 */
export function honestChallenger(
	view: DisputeView,
	trace: TraceView,
): DescendMove | EnterMove | NameMove | ProvePlan | null {
	if (view.publishedAt === 0) return null;
	switch (view.dispute.phase) {
		case PHASE.root:
			return { type: "enter", dispute: view.id, entry: entryAt(view.dispute, view, trace) };
		case PHASE.search:
			return descendLeftmost(view, trace);
		case PHASE.leaf:
			return nameOrProve(view, trace);
		case PHASE.partials:
			return proveLeftmostPart(view, trace);
		default:
			return null;
	}
}

/** What a challenge brings: the descriptor if what the claim carries, or was bound to, is a single tensor. */
export function entryOf(
	header: ProgramHeader,
	trace: Pick<TraceView, "descriptor">,
	isBound: DisputeView["isBound"] = () => false,
): DescriptorOpening {
	return entryAt(rootPosition(header), { header, isBound }, trace);
}

/** What a move brings that demands what is below `from`: the descriptor if it enters a tensor. */
export function entryAt(
	from: Position,
	{ header, isBound }: Pick<DisputeView, "header" | "isBound">,
	trace: Pick<TraceView, "descriptor">,
): DescriptorOpening {
	if (isCheckpoint(from) && !isBound(from.start)) return NO_DESCRIPTOR;
	let entry = NO_DESCRIPTOR;
	passSingles(isCheckpoint(from) ? segmentPosition(header, from.start) : from, header, (operator) => {
		entry = trace.descriptor(operator);
		return { elements: 1, width: 8 };
	});
	return entry;
}

function descendLeftmost(view: DisputeView, trace: TraceView): DescendMove | null {
	const { dispute: d, header, parameters, children } = view;
	if (children === undefined) throw new RangeError("The published children are needed to name one of them");
	const { childLevel } = demanded(d, header, parameters);
	const own = trace.children(d, childLevel);
	const index = children.findIndex((child, i) => child !== own[i]);
	if (index < 0) return null;
	return {
		type: "descend",
		dispute: view.id,
		index,
		child: children[index],
		path: MerkleTree.of(children, d.tree as Tag, childLevel).path(index),
		entry: entryAt(childPosition(d, index, header, parameters), view, trace),
	};
}

function nameOrProve(view: DisputeView, trace: TraceView): NameMove | ProvePlan | null {
	const { dispute: d, words } = view;
	if (words === undefined) throw new RangeError("The published words are needed to name an element");
	const width = d.width as Width;
	const count = elementsInLeaf(d.start, d.elements, width);
	const theirs = unpackLeaf(words, width, count);
	const own = unpackLeaf(trace.words(d.step, d.operator, d.start), width, count);
	const inLeaf = theirs.findIndex((value, i) => value !== own[i]);
	if (inLeaf < 0) return null;
	const element = d.start * LEAF_ELEMENTS[width] + inLeaf;
	if (trace.partCount(d.operator, element) === 1) {
		return { type: "prove", step: d.step, operator: d.operator, element, part: 0 };
	}
	return { type: "name", dispute: view.id, element, operator: trace.descriptor(d.operator) };
}

function proveLeftmostPart(view: DisputeView, trace: TraceView): ProvePlan | null {
	const { step, operator, element, partials } = view.dispute;
	const own = trace.partials(step, operator, element);
	const part = partials.findIndex((value, i) => value !== own[i]);
	return part < 0 ? null : { type: "prove", step, operator, element, part };
}
