import type { ProgramHeader } from "./program.ts";

/** The header has 24 bits for the steps of a segment. */
export const MOST_SEGMENT_STEPS = 2 ** 24 - 1;

type Steps = Pick<ProgramHeader, "steps" | "segment">;

/** Steps of a segment; the last one may have fewer. All steps of a program without segments are one. */
export function segmentLength({ steps, segment }: Steps): number {
	return segment === 0 ? steps : segment;
}

/** How many segments, and with them checkpoints, a program has. */
export function segmentCount(header: Steps): number {
	return Math.ceil(header.steps / segmentLength(header));
}

/** How many steps the segment has whose first step is `first`. */
export function stepsFrom(header: Steps, first: number): number {
	return Math.min(segmentLength(header), header.steps - first);
}

/** In which segment a step is. */
export function segmentOf(header: Steps, step: number): number {
	return Math.floor(step / segmentLength(header));
}
