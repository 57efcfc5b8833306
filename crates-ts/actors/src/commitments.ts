import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Program } from "@umpire/operators/program.ts";
import { MOST_SEGMENT_STEPS } from "@umpire/operators/segments.ts";
import { traceLeaves } from "./trace-leaves.ts";

/**
 * What claims of a program carry: the root of the whole trace, the output alone, or the last steps of segments;
 * "auto": the first that costs little to commit to.
 */
export const COMMITMENTS = ["auto", "eager", "lazy", "segments"] as const;
export type Commitment = (typeof COMMITMENTS)[number];

/**
 * Leaves of a trace up to which a program is eager if nothing is said: at some 60 µs each about a second on one core.
 * It is part of what a program is, so it must be the same on every machine.
 */
export const MOST_EAGER_LEAVES = 2 ** 14;

/**
 * Leaves of a segment. Hashing them takes one core about twenty minutes (0.07 ms each, 0.1 on slow ones): a court's
 * commitAllowance of an hour has room for two.
 */
const SEGMENT_LEAVES = 2 ** 24;
/** Of more steps a claim would hash hardly fewer, and a disputed step would take longer to compute again. */
const MOST_STEPS = 1024;
/** Steps up to which a disputed trace is held and hashed as a whole. */
export const MOST_LAZY_STEPS = 64;

/** As in --commitment and --segment. */
export interface CommitmentOptions {
	/** "auto" by default. */
	readonly commitment?: Commitment | undefined;
	/** Steps of a segment; segmentFor by default. */
	readonly segment?: number | undefined;
}

/**
 * Checks that options fit together, before anything is compiled.
 *
 * @throws UmpireError if they do not
 */
export function requireCommitment({ commitment = "auto", segment }: CommitmentOptions): void {
	if (segment === undefined) return;
	if (commitment !== "segments" && commitment !== "auto") {
		throw new UmpireError("OPTION", "--segment gives the steps of a segment.", {
			advice: "Use it with --commitment segments.",
			separator: " ",
		});
	}
	if (!Number.isInteger(segment) || segment < 2 || segment > MOST_SEGMENT_STEPS) {
		throw new UmpireError(
			"OPTION",
			`--segment takes a whole number of steps from 2 to ${MOST_SEGMENT_STEPS}, not ${segment}.`,
		);
	}
}

/** Steps of a segment of a run whose steps have so many leaves: as many as a dispute has time for. */
export function segmentFor(leavesOfStep: number): number {
	return Math.max(2, Math.min(MOST_STEPS, Math.floor(SEGMENT_LEAVES / leavesOfStep)));
}

/**
 * What a program says of its claims. It follows from the program alone, so that everybody who compiles the same gets the
 * same program: eager if its trace is small, in segments if it has many steps, or more than can be hashed in a dispute,
 * lazy otherwise.
 *
 * @throws UmpireError for options that do not fit together
 */
export function committed(
	program: Pick<Program, "operators" | "steps">,
	options: CommitmentOptions,
): Pick<Program, "lazy" | "segment"> {
	requireCommitment(options);
	const { commitment = "auto", segment } = options;
	const leaves = traceLeaves(program);
	const steps = segmentFor(leaves / program.steps);
	const large = program.steps > Math.min(MOST_LAZY_STEPS, steps) ? "segments" : "lazy";
	const small = leaves <= MOST_EAGER_LEAVES ? "eager" : large;
	const own = segment === undefined ? small : "segments";
	const choice = commitment === "auto" ? own : commitment;
	if (choice === "eager") return {};
	return choice === "lazy" ? { lazy: true } : { segment: segment ?? steps };
}

/** What claims of a program carry, in words. */
export function claimsText({ lazy, segment }: Pick<Program, "lazy" | "segment">): string {
	if (segment !== undefined) return `carry every ${segment}th step (segments)`;
	return lazy ? "carry the output alone (lazy)" : "carry the root of the whole trace (eager)";
}

/** What a program says of its claims. */
export function commitmentOf({
	lazy,
	segment,
}: Pick<Program, "lazy" | "segment">): Exclude<Commitment, "auto"> {
	if (segment !== undefined) return "segments";
	return lazy ? "lazy" : "eager";
}
