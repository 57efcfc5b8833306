import { LEAF_ELEMENTS, type Width } from "@umpire/commitment/constants.ts";
import { elementsInLeaf } from "@umpire/commitment/leaf.ts";
import type { BindTraceMove, OpenMove, PublishLeafMove, PublishPartialsMove } from "./move.ts";
import { demanded } from "./search.ts";
import { PHASE } from "./state.ts";
import type { DisputeView, TraceView } from "./trace-view.ts";

/**
 * What a submitter whose trace is right answers in a dispute, or null if nothing is demanded of it.
 * It never needs a prover, and it never loses if it sends this within its increment.
 */
export function honestSubmitter(
	view: DisputeView,
	trace: TraceView,
): BindTraceMove | OpenMove | PublishLeafMove | PublishPartialsMove | null {
	if (view.publishedAt !== 0) return null;
	const { dispute: d, header, parameters } = view;
	switch (d.phase) {
		case PHASE.root:
			return { type: "bindTrace", claim: d.claim, segment: d.start, ...trace.binding(d.start) };
		case PHASE.search: {
			const { childLevel } = demanded(d, header, parameters);
			return { type: "open", tree: d.tree, childLevel, children: trace.children(d, childLevel) };
		}
		case PHASE.leaf:
			return {
				type: "publishLeaf",
				width: d.width,
				count: elementsInLeaf(d.start, d.elements, d.width as Width),
				words: trace.words(d.step, d.operator, d.start),
			};
		case PHASE.partials: {
			const leaf = Math.floor(d.element / LEAF_ELEMENTS[d.width as Width]);
			return {
				type: "publishPartials",
				dispute: view.id,
				partials: trace.partials(d.step, d.operator, d.element),
				operator: trace.descriptor(d.operator),
				row: trace.row(d.operator, d.element),
				words: trace.words(d.step, d.operator, leaf),
			};
		}
		default:
			return null;
	}
}
