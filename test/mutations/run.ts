/**
 * Breaks contracts, circuits and TypeScript on purpose, one fault at a time, in a copy of the project, and prints which
 * test notices each. Ends with an error if a fault survives.
 *
 * --only TEXT      the faults whose file or text has it; may be given several times
 * --part I/N       every N-th fault, from the I-th on: N processes share the work
 * --results FILE   appends a line of JSON per fault; faults that it says were noticed are not tried again
 * --table FILE     tries nothing, and writes what is in the results (several, with commas between them) as a table
 */
import { rmSync } from "node:fs";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { affectedContracts, artifactPath, compileMutated } from "./compile.ts";
import { type Mutation, mutated } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";
import { controlsIn, keyOf, type Outcome, outcomesIn, tableOf } from "./outcomes.ts";
import { copyProject, failureOf } from "./working-copy.ts";

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
const selected = MUTATIONS.filter(({ fault, file }) =>
	options.only.some((text) => `${file} ${fault}`.includes(text)),
).filter((_, i) => i % parts === part - 1);
const known = await outcomesIn(options.results, MUTATIONS);
if (options.table !== undefined) {
	await writeFile(options.table, tableOf(MUTATIONS, known));
	process.exit(0);
}
const copy = await copyProject();
process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

/** Tests that pass without any fault: each has to, before it may notice one. */
const passing = await controlsIn(options.results);
let noticed = 0;
for (const mutation of selected) {
	try {
		const before = known.get(mutation.fault);
		const outcome = before?.noticed === undefined ? await outcomeOf(mutation) : before;
		if (outcome.noticed !== undefined) noticed++;
		console.log(lineOf(outcome));
	} catch (error) {
		// The others are tried all the same.
		console.log(`${mutation.fault}: NOT TRIED: ${error instanceof Error ? error.message : error}`);
	}
}
console.log(`${noticed} of ${selected.length} faults were noticed`);
process.exitCode = noticed === selected.length && noticed > 0 ? 0 : 1;

/** Without a fault, a test that is to notice one must pass. */
async function requireControl(test: string): Promise<void> {
	if (passing.has(test)) return;
	const failure = await failureOf(copy, test);
	if (failure !== undefined)
		throw new Error(`${test} fails without any fault: ${failure.name}: ${failure.message}`);
	passing.add(test);
	await note({ control: test });
}

async function note(line: object): Promise<void> {
	if (options.results !== undefined) await appendFile(options.results, `${JSON.stringify(line)}\n`);
}

async function outcomeOf(mutation: Mutation): Promise<Outcome> {
	const started = performance.now();
	const originals = new Map<string, string>();
	try {
		let noticed: Outcome["noticed"];
		for (const test of mutation.tests) {
			if (!passing.has(test)) {
				await restore(originals);
				await requireControl(test);
			}
			await insert(mutation, test, originals);
			const failure = await failureOf(copy, test);
			if (failure?.message.includes("could not compile")) throw new Error(failure.message);
			if (failure === undefined) continue;
			noticed = { test, name: failure.name, message: failure.message.slice(0, LONGEST_MESSAGE) };
			break;
		}
		const { fault, file } = mutation;
		const outcome = {
			fault,
			key: keyOf(mutation),
			file,
			noticed,
			seconds: Math.round((performance.now() - started) / 1000),
		};
		await note(outcome);
		return outcome;
	} finally {
		await restore(originals);
	}
}

async function restore(originals: Map<string, string>): Promise<void> {
	for (const [path, text] of originals) await writeFile(path, text);
	originals.clear();
}

/** Puts the fault into what the test uses: the built contracts (then their sources stay), otherwise the source. */
async function insert(mutation: Mutation, test: string, originals: Map<string, string>): Promise<void> {
	const change = async (path: string, changed: (text: string) => string): Promise<void> => {
		if (originals.has(path)) return;
		const text = await readFile(path, "utf8");
		originals.set(path, text);
		await writeFile(path, changed(text));
	};
	const contracts = affectedContracts(copy, mutation, test);
	if (contracts.length === 0) await change(join(copy, mutation.file), (text) => mutated(mutation, text));
	for (const contract of contracts) {
		await change(artifactPath(copy, contract), (artifact) =>
			JSON.stringify({ ...JSON.parse(artifact), ...compileMutated(copy, contract, mutation) }),
		);
	}
}

function lineOf({ fault, file, noticed, seconds }: Outcome): string {
	const by =
		noticed === undefined
			? "SURVIVED"
			: `${basename(noticed.test)} "${noticed.name.slice(-80)}" (${seconds} s)`;
	return `${fault.padEnd(52)} ${basename(file).padEnd(22)} ${by}`;
}
