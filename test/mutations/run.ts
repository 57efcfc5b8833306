/**
 * Breaks contracts, circuits and TypeScript on purpose, one fault at a time, in a copy of the project, and prints which
 * test notices each. Ends with an error if a fault survives.
 *
 * --only TEXT      the faults whose file or text has it; may be given several times, and is tried in that order, those of
 *                  contracts last
 * --part I/N       every N-th fault, from the I-th on: N processes share the work
 * --results FILE   appends a line of JSON per fault; faults that it says were noticed are not tried again
 * --table FILE     tries nothing, and writes what is in the results (several, with commas between them) as a table
 */
import { rmSync } from "node:fs";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { affectedContracts, artifactPath, compileContract } from "./compile.ts";
import { type Mutation, mutated } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";
import { keyOf, type Outcome, outcomesIn, tableOf } from "./outcomes.ts";
import { type Failure, TestRuns } from "./test-runs.ts";
import { copyProject } from "./working-copy.ts";

/** A file of the copy, without a fault and with it. */
interface Change {
	readonly path: string;
	readonly original: string;
	readonly faulty: string;
}

/** Characters of a failure that are kept. */
const LONGEST_MESSAGE = 1000;
const { values: options } = parseArgs({
	options: {
		only: { type: "string", multiple: true, default: [""] },
		part: { type: "string", default: "1/1" },
		results: { type: "string" },
		table: { type: "string" },
	},
});

const [part, parts] = options.part.split("/").map(Number);
const wanted = options.only.flatMap((text) =>
	MUTATIONS.filter(({ fault, file }) => `${file} ${fault}`.includes(text)),
);
/** Those of contracts come last: chains in processes of their own, which other tests start, take no unoptimised ones. */
const selected = [...new Set(wanted)]
	.filter((_, i) => i % parts === part - 1)
	.sort((a, b) => Number(isOfContracts(a)) - Number(isOfContracts(b)));
const results = options.results === undefined ? undefined : resolve(options.results);
const known = await outcomesIn(options.results, MUTATIONS);
if (options.table !== undefined) {
	await writeFile(options.table, tableOf(MUTATIONS, known));
	process.exit(0);
}
const copy = await copyProject();
process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
process.chdir(copy);
process.env.UMPIRE_SHRINK = "no";
const runs = await TestRuns.open(copy);
let isUnoptimised = false;

/** Tests that pass without any fault, or even with one: each has to, or what it noticed does not count. */
const passing = new Set<string>();
let noticed = 0;
for (const mutation of selected) {
	try {
		const before = known.get(mutation.fault);
		if (isOfContracts(mutation) && before?.noticed === undefined) await compileUnoptimised();
		const outcome = before?.noticed === undefined ? await outcomeOf(mutation) : before;
		if (outcome.noticed !== undefined) noticed++;
		console.log(lineOf(outcome));
	} catch (error) {
		// The others are tried all the same.
		console.log(`${mutation.fault}: NOT TRIED: ${error instanceof Error ? error.message : error}`);
	}
}
await runs.close();
console.log(`${noticed} of ${selected.length} faults were noticed`);
process.exitCode = noticed === selected.length && noticed > 0 ? 0 : 1;

function isOfContracts({ file }: Mutation): boolean {
	return file.endsWith(".sol");
}

/** Compiles contracts without a fault as those with one are, once: nothing else may differ. */
async function compileUnoptimised(): Promise<void> {
	if (isUnoptimised) return;
	isUnoptimised = true;
	// What passed with other code says nothing of this.
	passing.clear();
	const untried = selected.filter(({ fault }) => known.get(fault)?.noticed === undefined);
	for (const contract of new Set(
		untried.flatMap((fault) => fault.tests.flatMap((test) => affectedContracts(copy, fault, test))),
	)) {
		await write(
			artifactPath(copy, contract),
			withCode(await readFile(artifactPath(copy, contract), "utf8"), contract),
		);
	}
}

/** Without a fault, a test that noticed one must pass. */
async function requireControl(test: string): Promise<void> {
	if (passing.has(test)) return;
	const failure = await runs.failureOf(test);
	if (failure !== undefined)
		throw new Error(`${test} fails without any fault: ${failure.name}: ${failure.message}`);
	passing.add(test);
}

async function outcomeOf(mutation: Mutation): Promise<Outcome> {
	const started = performance.now();
	const changes = new Map<string, Change>();
	let noticed: Outcome["noticed"];
	for (const test of mutation.tests) {
		const failure = await failureWith(await changesOf(mutation, test, changes), test);
		if (failure?.message.includes("could not compile")) throw new Error(failure.message);
		if (failure === undefined) {
			passing.add(test);
			continue;
		}
		await requireControl(test);
		noticed = { test, name: failure.name, message: failure.message.slice(0, LONGEST_MESSAGE) };
		break;
	}
	const seconds = Math.round((performance.now() - started) / 1000);
	const outcome = { fault: mutation.fault, key: keyOf(mutation), file: mutation.file, noticed, seconds };
	if (results !== undefined) await appendFile(results, `${JSON.stringify(outcome)}\n`);
	return outcome;
}

/** How a test fails while files of the copy are changed. */
async function failureWith(changes: readonly Change[], test: string): Promise<Failure | undefined> {
	try {
		for (const { path, faulty } of changes) await write(path, faulty);
		return await runs.failureOf(test);
	} finally {
		for (const { path, original } of changes) await write(path, original);
	}
}

/**
 * What puts a fault into what a test uses: the built contracts (then their sources stay), otherwise the source.
 *
 * @param known changes that were made for other tests, by their paths
 */
async function changesOf(mutation: Mutation, test: string, known: Map<string, Change>): Promise<Change[]> {
	const change = async (path: string, changed: (text: string) => string): Promise<Change> => {
		const original = await readFile(path, "utf8");
		const made = known.get(path) ?? { path, original, faulty: changed(original) };
		known.set(path, made);
		return made;
	};
	const contracts = affectedContracts(copy, mutation, test);
	if (contracts.length === 0)
		return [await change(join(copy, mutation.file), (text) => mutated(mutation, text))];
	return Promise.all(
		contracts.map((contract) =>
			change(artifactPath(copy, contract), (artifact) => withCode(artifact, contract, mutation)),
		),
	);
}

/** An artifact with the code of a contract that has a fault, or none. */
function withCode(artifact: string, contract: string, mutation?: Mutation): string {
	const textOf = (path: string, text: string) => (path === mutation?.file ? mutated(mutation, text) : text);
	return JSON.stringify({ ...JSON.parse(artifact), ...compileContract(copy, contract, { textOf }) });
}

async function write(path: string, text: string): Promise<void> {
	await writeFile(path, text);
	runs.changed(path);
}

function lineOf({ fault, file, noticed, seconds }: Outcome): string {
	const by =
		noticed === undefined
			? "SURVIVED"
			: `${basename(noticed.test)} "${noticed.name.slice(-80)}" (${seconds} s)`;
	return `${fault.padEnd(52)} ${basename(file).padEnd(22)} ${by}`;
}
