import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { hardhat, projectRoot } from "./hardhat.ts";

const artifacts = join(projectRoot, ".umpire", "artifacts");
const stamp = join(artifacts, "sources.sha256");

/**
 * Compiles the contracts unless their sources, hashed, are those of the last build.
 *
 * @returns whether anything was compiled
 * @throws UmpireError if they do not compile
 */
export async function buildContracts(onStart: () => void = () => {}): Promise<boolean> {
	const hash = await sourcesHash();
	if ((await readFile(stamp, "utf8").catch(() => "")) === hash) return false;
	onStart();
	const hre = await hardhat();
	// Hardhat prints the compiler's warnings even when it is told to be quiet; the lint has its own.
	const { warn, log } = console;
	console.warn = console.log = () => {};
	try {
		await hre.tasks.getTask("build").run({ quiet: true, noTests: true });
	} catch (cause) {
		throw new UmpireError("BUILD", "The contracts do not compile", {
			advice: "run `npx hardhat build` to see why.",
			cause,
		});
	} finally {
		Object.assign(console, { warn, log });
	}
	await writeFile(stamp, hash);
	return true;
}

/** Everything that the artifacts depend on; the Hardhat configuration holds the compiler's settings. */
async function sourcesHash(): Promise<string> {
	const contracts = join(projectRoot, "contracts");
	const names = (await readdir(contracts, { recursive: true }))
		.filter((name) => name.endsWith(".sol"))
		.sort();
	const hash = createHash("sha256");
	for (const file of [
		...names.map((name) => join(contracts, name)),
		join(projectRoot, "hardhat.config.ts"),
	]) {
		hash.update(file.slice(projectRoot.length)).update(await readFile(file));
	}
	return hash.digest("hex");
}
