import type { Hex, Width } from "@umpire/commitment/constants.ts";
import { leafCount } from "@umpire/commitment/leaf.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { GameError } from "./errors.ts";
import { requireLive } from "./patch.ts";
import { childCount, subtreeSize } from "./search.ts";
import { type GameState, type InputDemand, inputAnswerKey } from "./state.ts";

/** A chunk of an input is a subtree of this level: eight leaves. */
export const CHUNK_LEVEL = 3;

/** Where a claim's end is while demands for its inputs are open. */
export const NEVER = Number.POSITIVE_INFINITY;

/** Chunks of a tensor of `elements` elements. */
export function chunkCount(elements: number, width: Width): number {
	return childCount(leafCount(elements, width), CHUNK_LEVEL);
}

/** The leaves that a demanded chunk covers. */
export function chunkLeaves(d: Pick<InputDemand, "elements" | "width" | "chunk">): {
	readonly start: number;
	readonly size: number;
} {
	const start = d.chunk * 2 ** CHUNK_LEVEL;
	return { start, size: subtreeSize(start, CHUNK_LEVEL, leafCount(d.elements, d.width as Width)) };
}

/** What a claim is about. */
export function questionOf(
	state: GameState,
	claimId: number,
): { readonly header: ProgramHeader; readonly inputsRoot: Hex } {
	const { program, inputsRoot } = state.requests[state.claims[claimId - 1].request - 1];
	return { header: state.programs.get(program)!, inputsRoot };
}

/** Names a chunk of given inputs of a given shape, for all claims on them. */
export function answerKey(state: GameState, d: InputDemand): string {
	const { header, inputsRoot } = questionOf(state, d.claim);
	return inputAnswerKey(inputsRoot, header.inputCount, d);
}

/** When the demanded chunk was published, 0 if it was not. */
export function answeredAt(state: GameState, d: InputDemand): number {
	return state.inputAnswers.get(answerKey(state, d))?.time ?? 0;
}

/** How many demands against a claim are open. */
export function openDemands(state: GameState, claimId: number): number {
	return state.inputDemands.filter((d) => d.open && d.claim === claimId).length;
}

/** The second from which on a live claim can no longer be challenged, NEVER while demands are open. */
export function challengeEnd(state: GameState, claimId: number): number {
	if (openDemands(state, claimId) > 0) return NEVER;
	const { challengePeriod, computeAllowance } = state.parameters;
	const answers = state.inputDemands
		.filter((d) => d.claim === claimId)
		.map((d) => answeredAt(state, d) + computeAllowance);
	return Math.max(state.claims[claimId - 1].claimedAt + challengePeriod, ...answers);
}

/** Seconds for an answer: an increment, and a whole reserve, since an outage hits every demand alike. */
export function answerTime({ parameters }: GameState, { crowding }: Pick<InputDemand, "crowding">): number {
	return parameters.increment + parameters.reserve + crowding;
}

/** The last second at which no timeout of a demand can be claimed. */
export function lastSecondToAnswer(state: GameState, d: InputDemand): number {
	return d.demandedAt + answerTime(state, d);
}

/** An open demand. */
export function requireOpenDemand(state: GameState, id: number): InputDemand {
	const d = state.inputDemands[id - 1];
	if (d === undefined) throw new GameError("UnknownDemand", id);
	if (!d.open) throw new GameError("DemandClosed", id);
	return d;
}

/** An open demand against a live claim. */
export function requireDemand(state: GameState, id: number): InputDemand {
	const d = requireOpenDemand(state, id);
	requireLive(state, d.claim);
	return d;
}
