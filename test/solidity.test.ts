import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { linkBytecode } from "@umpire/chain/artifact.ts";
import { buildContracts } from "@umpire/chain/build.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { beforeAll, expect, test } from "vitest";

const CODE = join(projectRoot, ".umpire", "solidity-tests", "code");
/** Where test/solidity/Actors.sol puts the library. */
const POSEIDON: Hex = `0x${"901d".padStart(40, "0")}`;
/** As many tests as test/solidity has. */
const TESTS = 22;

/** Leaves the code that is deployed where the Solidity tests find it. */
beforeAll(async () => {
	await buildContracts();
	await mkdir(CODE, { recursive: true });
	for (const name of [
		"PoseidonT6",
		"Registry",
		"Arbiter",
		"DotVerifier",
		"ElementsVerifier",
		"Court",
		"Market",
	]) {
		const artifact = await readArtifact(name);
		const libraries = new Map([...artifact.links.keys()].map((library) => [library, POSEIDON]));
		await writeFile(join(CODE, `${name}.hex`), linkBytecode(artifact, libraries));
	}
});

test("Solidity fuzz and invariant tests pass", async () => {
	const config = join(projectRoot, "test", "solidity", "hardhat.config.ts");
	const hardhat = join(projectRoot, "node_modules", ".bin", "hardhat");
	const words = ["--config", config, "test", "solidity"];
	const options = { cwd: projectRoot, maxBuffer: 2 ** 26 };
	// where one fails, what it printed says which
	const { stdout } = await promisify(execFile)(hardhat, words, options).catch(
		(error: { stdout: string }) => error,
	);
	expect(stdout).toContain(`${TESTS} passing`);
});
