import type { Curve } from "./train.ts";

/** From how many times the first loss on a run has diverged, not only begun badly. */
const FACTOR = 10;

/**
 * Whether a run gets worse instead of better: an exact program of it has grids for the huge numbers at its end, and
 * learns nothing on them.
 *
 * @returns one line that says what would help; undefined if it does not diverge
 */
export function divergenceOf({ points }: Curve): string | undefined {
	const tenth = Math.max(1, Math.floor(points.length / 10));
	const mean = (some: Curve["points"]) => some.reduce((sum, { loss }) => sum + loss, 0) / some.length;
	const [first, last] = [mean(points.slice(0, tenth)), mean(points.slice(-tenth))];
	if (last <= FACTOR * first) return undefined;
	return `The float training diverges, and with it the exact one: its loss goes from ${first.toPrecision(4)} to ${last.toPrecision(4)}. Take a smaller --lr, or make the numbers of the data smaller with --scale.`;
}
