import { TAG } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import type { DisputeView } from "@umpire/game/trace-view.ts";
import { segmentOf } from "@umpire/operators/segments.ts";
import {
	recordCheckpoints,
	recordSegment,
	recordTensor,
	type SessionPair,
	type TensorPlace,
} from "@umpire/runtime/checkpoints.ts";
import { recordTrace, type Trace } from "@umpire/runtime/trace.ts";
import type { Evidence } from "./evidence.ts";
import type { LoadedProgram } from "./loaded-program.ts";
import type { Sessions } from "./sessions.ts";
import type { Workbench } from "./workbench.ts";

/** The segment that a dispute is in; undefined if the program has none, or as long as none is named. */
function disputedSegment({
	dispute: d,
	header,
}: Pick<DisputeView, "dispute" | "header">): number | undefined {
	if (header.segment === 0) return undefined;
	if (d.tree === TAG.checkpoints) return d.level === 0 ? d.start : undefined;
	return segmentOf(header, d.step);
}

/** Everything that a claim of a program carries: the whole trace, or the last steps of its segments. */
export async function recordClaimed(
	{ program, commitment }: Pick<LoadedProgram, "program" | "commitment">,
	sessions: Sessions,
	inputs: readonly Elements[],
): Promise<Trace> {
	if (program.segment === undefined) return recordTrace(await sessions.get("trace"), commitment, inputs);
	return recordCheckpoints(await pairOf(sessions), commitment, inputs);
}

/** What a dispute needs beside a claim's trace: the trees of the segment that it is in, and its tensor. */
export interface SegmentRequest {
	readonly bench: Workbench;
	readonly sessions: Sessions;
	/** Names the trace among those of the bench. */
	readonly key: string;
	readonly order: number;
	readonly inputs: () => Promise<readonly Elements[]>;
}

/** The same evidence with what a dispute is about; undefined as long as that is being computed. */
export function withDisputedSegment(
	{ program, commitment, trace }: Evidence,
	view: Pick<DisputeView, "dispute" | "header">,
	{ bench, sessions, key, order, inputs }: SegmentRequest,
): Evidence | undefined {
	const segment = disputedSegment(view);
	if (segment === undefined) return { program, commitment, trace };
	const whole =
		trace.segmentTrees[segment] === undefined
			? bench.ask("urgent", {
					key: `segment ${segment} of ${key}`,
					order,
					work: async () => recordSegment(await pairOf(sessions), commitment, await inputs(), trace, segment),
				})
			: trace;
	const place = disputedTensor(view);
	if (whole === undefined || place === undefined) return whole && { program, commitment, trace: whole };
	const found = bench.ask("urgent", {
		key: `operator ${place.operator} of step ${place.step} of ${key}`,
		order,
		work: async () => recordTensor(await pairOf(sessions), await inputs(), whole, place),
	});
	return found && { program, commitment, trace: found };
}

/** The same, waiting until it is computed. */
export async function completed(
	{ program, commitment, trace }: Evidence,
	view: Pick<DisputeView, "dispute" | "header">,
	sessions: Sessions,
	inputs: readonly Elements[],
): Promise<Evidence> {
	const segment = disputedSegment(view);
	if (segment === undefined) return { program, commitment, trace };
	const pair = await pairOf(sessions);
	const isKnown = trace.segmentTrees[segment] !== undefined;
	const whole = isKnown ? trace : await recordSegment(pair, commitment, inputs, trace, segment);
	const place = disputedTensor(view);
	const found = place === undefined ? whole : await recordTensor(pair, inputs, whole, place);
	return { program, commitment, trace: found };
}

/** The tensor that a dispute is in; undefined as long as it searches for it. */
function disputedTensor({ dispute: d }: Pick<DisputeView, "dispute">): TensorPlace | undefined {
	return d.tree === TAG.tensor ? { step: d.step, operator: d.operator } : undefined;
}

async function pairOf(sessions: Sessions): Promise<SessionPair> {
	return { quick: await sessions.get("outputs"), recording: await sessions.get("trace") };
}
