import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Program } from "@umpire/operators/program.ts";
import { MOST_SEGMENT_STEPS } from "@umpire/operators/segments.ts";

/** What claims of a program carry: the root of the whole trace, the output alone, or the last steps of segments. */
export const COMMITMENTS = ["eager", "lazy", "segments"] as const;
export type Commitment = (typeof COMMITMENTS)[number];

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
