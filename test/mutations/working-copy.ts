import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "@umpire/chain/hardhat.ts";

const run = promisify(execFile);

/** Packages whose sources circom and solc read: they do not follow links out of the project. */
const SOURCES = new Set(["circomlib", "@openzeppelin", "poseidon-solidity"]);

/** Copies the working tree with what was built of it to a temporary folder; packages are those that are installed. */
export async function copyProject(): Promise<string> {
	const copy = await mkdtemp(join(tmpdir(), "umpire-mutations-"));
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
	return copy;
}

/** A file that is deleted and not yet committed. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
	if (error.code !== "ENOENT") throw error;
}

/** Why a test fails. */
export interface Failure {
	/** of the test, or of the file if that could not be run */
	readonly name: string;
	readonly message: string;
}

/** A fault is noticed by what a test finds, not by how long it takes on a busy machine. */
const PATIENCE = ["--testTimeout=3600000", "--hookTimeout=3600000"];

/** The first failure of a test file in a copy of the project, undefined if all its tests pass. */
export async function failureOf(copy: string, test: string): Promise<Failure | undefined> {
	const vitest = join(projectRoot, "node_modules", "vitest", "vitest.mjs");
	const output = join(copy, ".umpire", "mutation-report.json");
	await rm(output, { force: true });
	let said = "";
	await run(
		process.execPath,
		[vitest, "run", "--bail=1", ...PATIENCE, "--reporter=json", `--outputFile=${output}`, test],
		{
			cwd: copy,
			env: { ...process.env, UMPIRE_SHRINK: "no" },
			maxBuffer: 2 ** 28,
		},
	).catch((error: Error & { stderr?: string }) => {
		said = error.stderr ?? error.message;
	});
	const text = await readFile(output, "utf8").catch(() => undefined);
	if (text === undefined) throw new Error(`vitest did not run: ${said}`);
	const { success, testResults } = JSON.parse(text) as Report;
	if (success) return undefined;
	const failed = testResults
		.flatMap(({ assertionResults }) => assertionResults)
		.find(({ status }) => status === "failed");
	if (failed !== undefined) return { name: failed.fullName, message: failed.failureMessages.join("\n") };
	return { name: test, message: testResults.map(({ message }) => message).join("\n") };
}

/** What vitest's JSON reporter writes. */
interface Report {
	readonly success: boolean;
	readonly testResults: readonly {
		readonly message: string;
		readonly assertionResults: readonly {
			readonly fullName: string;
			readonly status: string;
			readonly failureMessages: readonly string[];
		}[];
	}[];
}
