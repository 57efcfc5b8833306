import type { Action } from "@umpire/game/move.ts";
import { type GameState, PHASE, SIDE } from "@umpire/game/state.ts";
import { type Evidence, openDescriptor, openRow } from "./evidence.ts";
import { partialsLeadingTo } from "./partials.ts";
import { type OpenDispute, ownChildren, tensorAt } from "./position.ts";

/**
 * What a submitter does about a dispute of its claim: answers what is demanded, from the trace that
 * it claimed, or claims the challenger's timeout. Undefined if nothing is due, or nothing that the
 * contract takes can be said (a liar's partial results).
 */
export function defend(state: GameState, open: OpenDispute, evidence: Evidence): Action | undefined {
	const { id, dispute, side, expired } = open;
	if (side === SIDE.challenger) return expired ? { type: "timeout", dispute: id } : undefined;
	switch (dispute.phase) {
		case PHASE.search: {
			const { childLevel, children } = ownChildren(evidence, open, state);
			return { type: "open", tree: dispute.tree, childLevel, children };
		}
		case PHASE.leaf: {
			const tensor = tensorAt(evidence, dispute);
			return {
				type: "publishLeaf",
				width: tensor.width,
				count: tensor.count(dispute.start),
				words: tensor.words(dispute.start),
			};
		}
		case PHASE.partials: {
			const { element } = dispute;
			const tensor = tensorAt(evidence, dispute);
			const partials = partialsLeadingTo(evidence, dispute, element, tensor.elements[element]);
			if (partials === undefined) return undefined;
			return {
				type: "publishPartials",
				dispute: id,
				partials,
				operator: openDescriptor(evidence, dispute.operator),
				row: openRow(evidence, dispute.operator, element),
				words: tensor.words(dispute.start),
			};
		}
		default:
			return undefined;
	}
}
