import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { IMAGE_NETWORKS } from "./image-networks.ts";

/** What compiling, running and committing one network takes, in a process of its own. */
export interface ImageNetworkBench {
	readonly name: string;
	readonly parameters: number;
	/** Of the float model. */
	readonly nodes: number;
	readonly operators: number;
	readonly compileSeconds: number;
	/** Of the program's constants and descriptors. */
	readonly commitProgramSeconds: number;
	readonly floatMilliseconds: number;
	readonly exactMilliseconds: number;
	readonly leaves: number;
	/** Running and committing a whole trace. */
	readonly commitTraceSeconds: number;
	/** Largest error of an output relative to its range, on an input that calibration did not see. */
	readonly error: number;
	readonly argmaxAgrees: boolean;
	/** Peak resident memory. */
	readonly megabytes: number;
}

/** Measures the image networks at full size, one after the other. */
export async function benchImageNetworks(progress: (line: string) => void): Promise<ImageNetworkBench[]> {
	const results: ImageNetworkBench[] = [];
	for (const { name } of IMAGE_NETWORKS) {
		progress(`Compiling, running and committing ${name}...`);
		const script = join(projectRoot, "bench", "image-network-once.ts");
		const { stdout } = await promisify(execFile)(process.execPath, [script, name]);
		results.push(JSON.parse(stdout) as ImageNetworkBench);
	}
	return results;
}
