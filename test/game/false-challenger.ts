import { LEAF_ELEMENTS, TAG, type Tag, type Width } from "@umpire/commitment/constants.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { type DescendMove, NO_DESCRIPTOR } from "@umpire/game/move.ts";
import { childPosition, demanded, passSingles } from "@umpire/game/search.ts";
import type { DisputeView, TraceView } from "@umpire/game/trace-view.ts";

/** A place in a trace. */
export interface Place {
	readonly step: number;
	readonly operator: number;
	readonly element: number;
}

/** Names the child above a place, right as it is: how a challenger without a case draws a dispute out. */
export function descentTowards(
	place: Place,
	view: DisputeView,
	trace: Pick<TraceView, "descriptor">,
): DescendMove {
	const { dispute: d, header, parameters, children } = view;
	if (children === undefined) throw new RangeError("Nothing has been opened to name a child of");
	const { childLevel } = demanded(d, header, parameters);
	const leaf = Math.floor(place.element / LEAF_ELEMENTS[(d.width || 8) as Width]);
	const at = d.tree === TAG.steps ? place.step : d.tree === TAG.operators ? place.operator : leaf;
	const index = Math.floor((at - d.start) / 2 ** childLevel);
	let entry = NO_DESCRIPTOR;
	passSingles(childPosition(d, index, header, parameters), header, (operator) => {
		entry = trace.descriptor(operator);
		return { elements: 1, width: 8 };
	});
	const path = MerkleTree.of(children, d.tree as Tag, childLevel).path(index);
	return { type: "descend", dispute: view.id, index, child: children[index], path, entry };
}
