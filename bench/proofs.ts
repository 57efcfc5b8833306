import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "@umpire/chain/hardhat.ts";

/** One proof in a fresh process: the circuit is read, the witness computed, the proof made. */
export interface ProofBench {
	readonly circuit: string;
	readonly seconds: number;
	/** Peak resident memory of the process. */
	readonly megabytes: number;
}

/** Proves a full part with each circuit. */
export async function benchProofs(progress: (line: string) => void): Promise<ProofBench[]> {
	const results: ProofBench[] = [];
	for (const circuit of ["dot", "elements"]) {
		progress(`Proving a full part with circuit ${circuit}...`);
		const script = join(projectRoot, "bench", "prove-once.ts");
		const { stdout } = await promisify(execFile)(process.execPath, [script, circuit]);
		results.push(JSON.parse(stdout) as ProofBench);
	}
	return results;
}
