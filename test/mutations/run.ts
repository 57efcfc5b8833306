/**
 * Breaks the contracts and circuits on purpose, one fault at a time, in a copy of the project, and says which test
 * notices each. Ends with an error if a fault survives. `--only TEXT` takes the faults whose file or text has it,
 * `--json` prints data.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { CIRCUIT_MUTATIONS } from "./circuit-mutations.ts";
import { CONTRACT_MUTATIONS } from "./contract-mutations.ts";
import type { Mutation } from "./mutation.ts";

const run = promisify(execFile);
const { values: options } = parseArgs({
	options: { only: { type: "string", default: "" }, json: { type: "boolean", default: false } },
});

/** Optimising takes most of a build and changes no meaning; without it the contracts are too large to deploy. */
const QUICK_OPTIMIZER =
	'optimizer = { enabled: true, runs: 1, details: { yulDetails: { optimizerSteps: "u" } } }';

/** Packages whose sources circom and solc read: they do not follow links out of the project. */
const SOURCES = new Set(["circomlib", "@openzeppelin", "poseidon-solidity"]);

interface Outcome {
	readonly fault: string;
	readonly file: string;
	/** the first test that failed, undefined if the fault survived */
	readonly killedBy: string | undefined;
	readonly seconds: number;
}

const selected = [...CONTRACT_MUTATIONS, ...CIRCUIT_MUTATIONS].filter(({ fault, file }) =>
	`${file} ${fault}`.includes(options.only),
);
const copy = await mkdtemp(join(tmpdir(), "umpire-mutations-"));
try {
	await copyProject();
	await requireControl();
	const outcomes: Outcome[] = [];
	for (const mutation of selected) {
		const outcome = await outcomeOf(mutation);
		outcomes.push(outcome);
		if (!options.json) console.log(lineOf(outcome));
	}
	const survivors = outcomes.filter(({ killedBy }) => killedBy === undefined);
	if (options.json) console.log(JSON.stringify(outcomes, undefined, "\t"));
	else console.log(`${outcomes.length - survivors.length} of ${outcomes.length} faults were noticed`);
	process.exitCode = survivors.length === 0 ? 0 : 1;
} finally {
	await rm(copy, { recursive: true, force: true });
}

/** The files of the working tree; packages and keys are those that are installed. */
async function copyProject(): Promise<void> {
	const { stdout } = await run("git", ["ls-files", "-co", "--exclude-standard"], {
		cwd: projectRoot,
		maxBuffer: 2 ** 26,
	});
	for (const file of stdout.split("\n").filter(Boolean)) {
		await mkdir(dirname(join(copy, file)), { recursive: true });
		await cp(join(projectRoot, file), join(copy, file)).catch(ignoreMissing);
	}
	await cp(join(projectRoot, ".umpire"), join(copy, ".umpire"), { recursive: true });
	const packages = join(projectRoot, "node_modules");
	await mkdir(join(copy, "node_modules", "@umpire"), { recursive: true });
	for (const name of await readdir(packages)) {
		if (SOURCES.has(name))
			await cp(join(packages, name), join(copy, "node_modules", name), { recursive: true });
		else if (name !== "@umpire") await symlink(join(packages, name), join(copy, "node_modules", name));
	}
	for (const name of await readdir(join(packages, "@umpire"))) {
		await symlink(join(copy, "crates-ts", name), join(copy, "node_modules", "@umpire", name));
	}
	const config = join(copy, "hardhat.config.ts");
	const text = await readFile(config, "utf8");
	const quick = text.replace(/optimizer = \{[^}]*\}/, QUICK_OPTIMIZER);
	if (quick === text) throw new Error("hardhat.config.ts does not state its optimizer as expected");
	await writeFile(config, quick);
}

/** A file that is deleted and not yet committed. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
	if (error.code !== "ENOENT") throw error;
}

/** Without a fault, every test that is to notice one must pass. */
async function requireControl(): Promise<void> {
	const tests = [...new Set(selected.flatMap((mutation) => mutation.tests))];
	if (selected.some(({ file }) => file.endsWith(".sol"))) await build();
	for (const test of tests) {
		const failed = await failureOf([test]);
		if (failed !== undefined) throw new Error(`${test} fails without any fault: ${failed}`);
	}
}

async function build(): Promise<void> {
	const hardhat = join(projectRoot, "node_modules", "hardhat", "dist", "src", "cli.js");
	await run(process.execPath, [hardhat, "build", "--quiet"], { cwd: copy, maxBuffer: 2 ** 26 });
}

async function outcomeOf(mutation: Mutation): Promise<Outcome> {
	const { fault, file, find, replace, tests } = mutation;
	const path = join(copy, file);
	const text = await readFile(path, "utf8");
	if (text.split(find).length !== 2) throw new Error(`${file} does not have this once: ${find}`);
	const started = performance.now();
	await writeFile(
		path,
		text.replace(find, () => replace),
	);
	try {
		if (file.endsWith(".sol")) await build();
		let killedBy: string | undefined;
		for (const test of tests) killedBy ??= await failureOf([test]);
		return { fault, file, killedBy, seconds: (performance.now() - started) / 1000 };
	} finally {
		await writeFile(path, text);
	}
}

/** The name of the first test that fails, undefined if all pass. */
async function failureOf(tests: readonly string[]): Promise<string | undefined> {
	const vitest = join(projectRoot, "node_modules", "vitest", "vitest.mjs");
	const output = join(copy, ".umpire", "mutation-report.json");
	await rm(output, { force: true });
	const reported = ["--reporter=json", `--outputFile=${output}`];
	let said = "";
	await run(process.execPath, [vitest, "run", "--bail=1", ...reported, ...tests], {
		cwd: copy,
		maxBuffer: 2 ** 28,
	}).catch((error: Error & { stderr?: string }) => {
		said = error.stderr ?? error.message;
	});
	const text = await readFile(output, "utf8").catch(() => undefined);
	if (text === undefined) throw new Error(`vitest did not run: ${said}`);
	const report = JSON.parse(text) as Report;
	if (report.success) return undefined;
	const all = report.testResults.flatMap(({ assertionResults }) => assertionResults);
	const failed = all.find(({ status }) => status === "failed");
	return (
		failed?.fullName ?? report.testResults.find(({ status }) => status === "failed")?.name ?? "a test file"
	);
}

interface Report {
	readonly success: boolean;
	readonly testResults: readonly {
		readonly name: string;
		readonly status: string;
		readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
	}[];
}

function lineOf({ fault, file, killedBy, seconds }: Outcome): string {
	const by = killedBy === undefined ? "SURVIVED" : `noticed by "${killedBy.slice(0, 70)}"`;
	return `${fault.padEnd(52)} ${file.replace(/^.*\//, "").padEnd(22)} ${by} (${seconds.toFixed(0)} s)`;
}
