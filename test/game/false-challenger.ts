import { LEAF_ELEMENTS, TAG, type Tag, type Width } from "@umpire/commitment/constants.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { entryAt } from "@umpire/game/challenger.ts";
import type { DescendMove } from "@umpire/game/move.ts";
import { childPosition, demanded } from "@umpire/game/search.ts";
import type { DisputeView, TraceView } from "@umpire/game/trace-view.ts";
import { segmentOf } from "@umpire/operators/segments.ts";

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
	const places: Readonly<Record<number, number>> = {
		[TAG.checkpoints]: segmentOf(header, place.step),
		[TAG.steps]: place.step - d.step,
		[TAG.operators]: place.operator,
		[TAG.tensor]: leaf,
	};
	const index = Math.floor((places[d.tree] - d.start) / 2 ** childLevel);
	const entry = entryAt(childPosition(d, index, header, parameters), view, trace);
	const path = MerkleTree.of(children, d.tree as Tag, childLevel).path(index);
	return { type: "descend", dispute: view.id, index, child: children[index], path, entry };
}
