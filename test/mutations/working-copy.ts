import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "@umpire/chain/hardhat.ts";

const run = promisify(execFile);

/** Packages whose sources circom and solc read: they do not follow links out of the project. */
const SOURCES = new Set(["circomlib", "@openzeppelin", "poseidon-solidity"]);

/** Where chains for tests are made. In the copy they take contracts of any size: those with faults are not optimised. */
const CHAINS = ["crates-ts/chain/src/private-chain.ts", "crates-ts/testing/src/chain/test-chain.ts"];
const SIZE_LIMIT = "allowUnlimitedContractSize: false";

/**
 * Copies the working tree with what was built of it to a temporary folder; packages are those that are installed.
 *
 * @param use what the folder's name says that it is for
 */
export async function copyProject(use = "mutations"): Promise<string> {
	const copy = await mkdtemp(join(tmpdir(), `umpire-${use}-`));
	const { stdout } = await run("git", ["ls-files", "-co", "--exclude-standard"], {
		cwd: projectRoot,
		maxBuffer: 2 ** 26,
	});
	for (const file of stdout.split("\n").filter(Boolean)) {
		await mkdir(dirname(join(copy, file)), { recursive: true });
		await cp(join(projectRoot, file), join(copy, file)).catch(ignoreMissing);
	}
	for (const built of ["artifacts", "cache", "keys"]) {
		await cp(join(projectRoot, ".umpire", built), join(copy, ".umpire", built), { recursive: true });
	}
	const packages = join(projectRoot, "node_modules");
	await mkdir(join(copy, "node_modules", "@umpire"), { recursive: true });
	for (const name of await readdir(packages)) {
		const [from, to] = [join(packages, name), join(copy, "node_modules", name)];
		if (SOURCES.has(name)) await cp(from, to, { recursive: true });
		else if (name !== "@umpire") await symlink(from, to);
	}
	for (const name of await readdir(join(packages, "@umpire"))) {
		await symlink(join(copy, "crates-ts", name), join(copy, "node_modules", "@umpire", name));
	}
	for (const file of CHAINS)
		await replaceIn(join(copy, file), SIZE_LIMIT, "allowUnlimitedContractSize: true");
	return copy;
}

/**
 * Changes a file of a copy.
 *
 * @throws Error if it does not have the text
 */
export async function replaceIn(path: string, find: string, replace: string): Promise<void> {
	const text = await readFile(path, "utf8");
	if (!text.includes(find)) throw new Error(`${path} does not have this any more: ${find}`);
	await writeFile(path, text.replace(find, replace));
}

/** A file that is deleted and not yet committed. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
	if (error.code !== "ENOENT") throw error;
}
