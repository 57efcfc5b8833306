import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Program } from "@umpire/operators/program.ts";
import { MOST_SEGMENT_STEPS } from "@umpire/operators/segments.ts";
import { traceLeaves } from "./trace-leaves.ts";

/** What claims of a program carry: the root of the whole trace, the output alone, or the last steps of segments. */
export const COMMITMENTS = ["eager", "lazy", "segments"] as const;
export type Commitment = (typeof COMMITMENTS)[number];

/** What claims of a program carry. */
export const commitmentOf = ({ lazy, segment }: Program): Commitment =>
	lazy === true ? "lazy" : segment === undefined ? "eager" : "segments";

/** Steps of a segment, unless another number is given. */
export const SEGMENT = 512;

/** As in --commitment and --segment. */
export interface CommitmentOptions {
	/** Eager by default. */
	readonly commitment?: Commitment | undefined;
	/** Steps of a segment; SEGMENT by default. */
	readonly segment?: number | undefined;
}

/**
 * What a program says of its claims.
 *
 * @throws UmpireError for options that do not fit together
 */
export function committed({ commitment, segment }: CommitmentOptions): Pick<Program, "lazy" | "segment"> {
	if (segment !== undefined && commitment !== "segments") {
		throw new UmpireError("OPTION", "--segment gives the steps of a segment.", {
			advice: "Use it with --commitment segments.",
			separator: " ",
		});
	}
	if (commitment !== "segments") return commitment === "lazy" ? { lazy: true } : {};
	const steps = segment ?? SEGMENT;
	if (!Number.isInteger(steps) || steps < 2 || steps > MOST_SEGMENT_STEPS) {
		throw new UmpireError(
			"OPTION",
			`--segment takes a whole number of steps from 2 to ${MOST_SEGMENT_STEPS}, not ${steps}.`,
		);
	}
	return { segment: steps };
}

/** Leaves of a run that is hashed as a whole unless something else is asked for: some five seconds of one core. */
const EAGER_LEAVES = 2 ** 16;
/**
 * Leaves of a segment. Hashing them takes one core about twenty minutes (0.07 ms each, 0.1 on slow ones): a court's
 * commitAllowance of an hour has room for two.
 */
const SEGMENT_LEAVES = 2 ** 24;
/** Of more steps a claim would hash hardly fewer, and a disputed step would take longer to compute again. */
const MOST_STEPS = 1024;

/** Steps of a segment of a run whose steps have so many leaves: as many as a dispute has time for. */
export function segmentFor(leavesOfStep: number): number {
	return Math.max(2, Math.min(MOST_STEPS, Math.floor(SEGMENT_LEAVES / leavesOfStep)));
}

/**
 * What a program of a long run says of its claims: segments, unless the run is short or something else is asked for. It
 * follows from the program alone, so that everybody who trains the same gets the same program.
 *
 * @throws UmpireError for options that do not fit together
 */
export function committedRun(
	program: Program,
	{ commitment, segment }: CommitmentOptions,
): Pick<Program, "lazy" | "segment"> {
	const isShort = traceLeaves(program) <= EAGER_LEAVES;
	const kind = commitment ?? (segment !== undefined || !isShort ? "segments" : "eager");
	if (kind !== "segments" || segment !== undefined) return committed({ commitment: kind, segment });
	return committed({ commitment: kind, segment: segmentFor(traceLeaves({ ...program, steps: 1 })) });
}
