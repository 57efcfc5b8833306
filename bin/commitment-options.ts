import {
	COMMITMENTS,
	type Commitment,
	MOST_EAGER_LEAVES,
	MOST_LAZY_STEPS,
} from "@umpire/actors/commitments.ts";
import { MOST_SEGMENT_STEPS } from "@umpire/operators/segments.ts";
import type { Argv } from "yargs";
import { numberOption } from "./numbers.ts";

/** Options of the commands that make a program. */
export interface CommitmentChoice {
	commitment: Commitment;
	segment?: number;
}

/** Adds what claims of a program carry. */
export function withCommitment<T>(yargs: Argv<T>): Argv<T & CommitmentChoice> {
	return yargs
		.option("commitment", {
			choices: COMMITMENTS,
			default: "auto" as const,
			describe: `what claims carry: the root of the whole trace (eager), the output alone (lazy: the trace is committed to when they are challenged), or the last steps of segments; auto: eager up to ${MOST_EAGER_LEAVES} leaves, then lazy, or segments of more than ${MOST_LAZY_STEPS} steps or of more leaves than a dispute has time to hash`,
		})
		.option(
			"segment",
			numberOption("segment", {
				least: 2,
				most: MOST_SEGMENT_STEPS,
				whole: true,
				describe: "steps of a segment; makes claims carry segments",
				defaultDescription: "as many as a dispute can hash in some twenty minutes, at most 1024",
			}),
		) as unknown as Argv<T & CommitmentChoice>;
}
