import type { Mode } from "./direct-challenge.ts";
import type { Finding } from "./finding.ts";

export interface VerifierOptions {
	/** What a claim must agree with: the whole trace, or only the output (cheap). */
	readonly compare: "trace" | "output";
	/** Chunks of inputs that are nowhere to be had, demanded on chain and paid for per claim; none by default. */
	readonly demandInputs?: number | undefined;
	/** Such chunks over all claims of the program, whenever they were demanded; ten times as many by default. */
	readonly demandInputsTotal?: number | undefined;
	/**
	 * How a wrong claim is brought down: by bisecting the trace in a dispute; directly, in one transaction, if the
	 * claimed trace is to be had; or whichever costs less.
	 */
	readonly mode?: Mode | undefined;
	readonly progress: (line: string) => void;
	/** Told of the wrong number when it is proved, with the proving time in seconds. */
	readonly onFinding?: (finding: Finding, provingSeconds: number) => void;
}
