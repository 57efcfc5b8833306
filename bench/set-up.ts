import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { buildContracts } from "@umpire/chain/build.ts";
import { hardhat, projectRoot } from "@umpire/chain/hardhat.ts";
import { CIRCUITS } from "@umpire/prover/circuits.ts";
import { generateKeys } from "@umpire/prover/keys.ts";

/** One part of a set-up, done anew. */
export interface SetUpBench {
	readonly part: string;
	/** By the clock. */
	readonly seconds: number;
	/** Of the files that it leaves. */
	readonly bytes: number;
}

/** Builds the contracts and makes the proving keys although they are there: in a folder that is deleted, the contracts in their place. */
export async function benchSetUp(progress: (line: string) => void): Promise<SetUpBench[]> {
	const folder = await mkdtemp(join(projectRoot, ".umpire", "bench-"));
	try {
		progress("Building the contracts...");
		const started = performance.now();
		const hre = await hardhat();
		await hre.tasks.getTask("build").run({ quiet: true, noTests: true, force: true });
		await buildContracts();
		const contracts = {
			part: "contracts",
			seconds: (performance.now() - started) / 1000,
			bytes: await bytesOf(join(projectRoot, ".umpire", "artifacts")),
		};
		const keys: SetUpBench[] = [];
		for (const circuit of CIRCUITS) {
			progress(`Making the proving key "${circuit}"...`);
			const begun = performance.now();
			const files = await generateKeys(circuit, undefined, folder);
			const sizes = await Promise.all(Object.values(files).map(async (file) => (await stat(file)).size));
			keys.push({
				part: `proving key "${circuit}"`,
				seconds: (performance.now() - begun) / 1000,
				bytes: sizes.reduce((a, b) => a + b, 0),
			});
		}
		return [contracts, ...keys];
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function bytesOf(folder: string): Promise<number> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile());
	const sizes = await Promise.all(
		files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
	);
	return sizes.reduce((a, b) => a + b, 0);
}
