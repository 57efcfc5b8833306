import { TAG } from "@umpire/commitment/constants.ts";
import type { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { PHASE, type Position } from "@umpire/game/state.ts";
import type { DisputeView, TraceView } from "@umpire/game/trace-view.ts";
import { partCount } from "@umpire/operators/parts.ts";
import { segmentOf } from "@umpire/operators/segments.ts";
import { bindingOf } from "@umpire/sdk/claim-content.ts";
import { type Evidence, openDescriptor, openRow, type TracePosition } from "./evidence.ts";
import { partialsLeadingTo } from "./partials.ts";
import { partialResults } from "./settlement.ts";

/** A trace as the game's strategies see it. */
export function traceView(evidence: Evidence): TraceView {
	const { commitment, trace } = evidence;
	return {
		children: ({ start, level, ...at }, childLevel) =>
			treeAt(evidence, at).descendants(start, level, childLevel),
		words: (step, operator, leaf) => trace.operators[step][operator].words(leaf),
		binding: (segment) => bindingOf(commitment, trace, segment),
		descriptor: (operator) => openDescriptor(evidence, operator),
		row: (operator, element) => openRow(evidence, operator, element),
		partCount: (operator, element) => partCount(commitment.descriptors[operator], element),
		partials: (step, operator, element) => partialResults(evidence, { step, operator }, element),
	};
}

/**
 * Whether a submitter has anything to say that the contract takes: no partial results lead to some
 * false values.
 */
export function canAnswer({ dispute }: DisputeView, evidence: Evidence): boolean {
	if (dispute.phase !== PHASE.partials) return true;
	const { elements } = evidence.trace.operators[dispute.step][dispute.operator];
	return partialsLeadingTo(evidence, dispute, dispute.element, elements[dispute.element]) !== undefined;
}

/**
 * A submitter's own trace: its partial results lead to what it published, whether that is right or
 * not (see `canAnswer`).
 */
export function submittersView(evidence: Evidence): TraceView {
	return {
		...traceView(evidence),
		partials(step, operator, element) {
			const position: TracePosition = { step, operator };
			const value = evidence.trace.operators[step][operator].elements[element];
			return (
				partialsLeadingTo(evidence, position, element, value) ?? partialResults(evidence, position, element)
			);
		},
	};
}

/** The tree of a trace in which a search stands. */
function treeAt(
	{ commitment, trace }: Evidence,
	{ tree, step, operator }: Omit<Position, "start" | "level">,
): MerkleTree {
	if (tree === TAG.checkpoints) return trace.traceTree;
	if (tree === TAG.steps) return trace.segmentTrees[segmentOf(commitment.header, step)];
	if (tree === TAG.operators) return trace.stepTrees[step];
	return trace.operators[step][operator].tree;
}
