import type { Place } from "./defect.ts";
import type { Finding } from "./finding.ts";

/** Gas used by one kind of move. */
export interface MoveGas {
	readonly count: number;
	readonly gas: number;
}

/** One transaction of a rehearsal; `by` is the role that sent it. */
export interface RehearsedMove {
	readonly move: string;
	readonly by: string;
	readonly gas: number;
}

/** What came out of a rehearsal. Gas in units, times in seconds. */
export interface Rehearsal {
	/** Whether it ended as it must: the liar, and only the liar, loses. */
	readonly ok: boolean;
	readonly error?: string;
	readonly model: string;
	/** Numbers of the float model that are neither inputs nor computed. */
	readonly parameters: number;
	readonly steps: number;
	readonly seed: number;
	/** Where the submitter lied; null if it was honest. */
	readonly defect: Place | null;
	/** Whether the challenger attacked an honest claim. */
	readonly attack: boolean;
	readonly verdict: "final" | "rejected";
	/** What the verifier found; null if it did not challenge. */
	readonly found: Finding | null;
	/** Demands that the submitter answered. */
	readonly rounds: number;
	readonly transactions: readonly RehearsedMove[];
	readonly gas: {
		readonly claim: number;
		/** Everything from the challenge to the verdict. */
		readonly dispute: number;
		readonly total: number;
		readonly byMove: Readonly<Record<string, MoveGas>>;
	};
	readonly seconds: Readonly<Record<string, number>> & { readonly total: number };
	/** What each role won or lost and what was burned, in wei; gas is not counted. */
	readonly paid: Readonly<Record<string, bigint>>;
}
