import type { ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { entryOf as searchEntry } from "../src/challenger.ts";
import { boundTrace, publishedAt } from "../src/dispute.ts";
import type { DescriptorOpening } from "../src/move.ts";
import { demanded } from "../src/search.ts";
import { type GameState, PHASE } from "../src/state.ts";
import type { DisputeView } from "../src/trace-view.ts";

/** A claim, who of the two is honest, and what the other side may do. */
export interface Scenario {
	readonly parameters: Partial<GameState["parameters"]>;
	/** the trace that was claimed; of a lazy program its output, of one with segments its checkpoints, and the traces that
	 * may be bound to it */
	readonly claimed: ToyTrace;
	readonly bindings?: readonly ToyTrace[];
	readonly right: ToyTrace;
	readonly honest: "submitter" | "challenger";
	/** how many disputes the dishonest side may open */
	readonly rivals: number;
	/** how many chunks of the inputs it may demand */
	readonly demands: number;
	/** seconds that the honest side takes in a dispute beyond what its increment and its reserve allow */
	readonly late?: number;
}

/** A challenge brings the descriptor of a single tensor if there is a trace root to begin at. */
export function challengeEntry(state: GameState, trace: ToyTrace): DescriptorOpening {
	return searchEntry(trace.program.header, trace, isBoundIn(state, trace));
}

/** Which segments of the claim are bound; of a lazy claim segment 0. */
export function isBoundIn(state: GameState, { program: { header } }: ToyTrace): DisputeView["isBound"] {
	return (segment) => boundTrace(state.claims[0], header, segment) !== undefined;
}

/** The trace that the claim is bound to; the claimed one before it is. */
export function traceOf({ claimed, bindings = [] }: Scenario, state: GameState): ToyTrace {
	const { traceRoot, segments } = state.claims[0];
	const isIt = ({ root, segmentTrees }: ToyTrace): boolean =>
		root === traceRoot && [...segments].every(([at, bound]) => segmentTrees[at].root === bound.traceRoot);
	return bindings.find(isIt) ?? claimed;
}

/** What anyone sees of a dispute; nodes and words that were published are those of the claimed trace. */
export function viewOf(state: GameState, id: number, claimed: ToyTrace): DisputeView {
	const dispute = state.disputes[id - 1];
	const { header } = claimed.program;
	const { parameters } = state;
	const published = publishedAt(state, dispute);
	const words = state.leaves.get(dispute.node)?.words;
	const isBound = isBoundIn(state, claimed);
	const base = { id, dispute, header, parameters, publishedAt: published, isBound };
	if (dispute.phase !== PHASE.search) return words === undefined ? base : { ...base, words };
	if (published === 0) return base;
	const { childLevel } = demanded(dispute, header, parameters);
	return { ...base, children: claimed.children(dispute, childLevel) };
}
