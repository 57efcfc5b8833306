import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { getCoverageLibrary } from "@nomicfoundation/edr/coverage";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { artifactPath, compileContract, namedContracts } from "../mutations/compile.ts";
import { copyProject, replaceIn } from "../mutations/working-copy.ts";
import { coverageOf, type FileCoverage, instrument, type Statement } from "./statements.ts";

/** What tests of contracts need beside the project `chain`: whole disputes with proofs. */
const WITH_PROOFS = [
	"test/attacks/",
	"test/game/",
	"test/libraries/",
	"test/markets/",
	"test/dapp-guide.test.ts",
];
/** What they measure is another thing in instrumented contracts: gas, sizes, addresses that follow from code. */
const LEFT_OUT = [
	"**/*gas*.test.ts",
	"test/solidity.test.ts",
	"test/game/scaling.test.ts",
	"test/markets/grid-size.test.ts",
	"test/operations/deployment*.test.ts",
	"crates-ts/chain/test/**",
	// What a judgement costs at most.
	"test/attacks/work.test.ts",
	// Chains of other processes, on which nothing is counted and contracts of this size cannot be deployed.
	"test/operations/api.test.ts",
	"test/operations/index-*.test.ts",
	"test/operations/sdk-testnet.test.ts",
];
/** The same of single tests, whose files have others. */
const LEFT_OUT_TESTS = ["spam is paid: what answers cost", "answers 500 demands of distinct nodes in time"];
/** How much gas tests give. Instrumented contracts are larger, and cost more. */
const GAS = [
	["crates-ts/testing/src/chain/test-chain.ts", "const GAS = 15_000_000;", "const GAS = 300_000_000;"],
	["crates-ts/testing/src/chain/deployed.ts", "const GAS = 15_000_000;", "const GAS = 300_000_000;"],
	["test/libraries/harness.ts", "gas: 16_000_000n", "gas: 300_000_000n"],
] as const;
/** Text of others, or what only tests deploy. */
const NOT_COUNTED = /^contracts\/(interfaces|test-harness|types)\//;

/** What was run of the contracts, and how the tests went that ran them. */
export interface ContractCoverage {
	readonly files: readonly FileCoverage[];
	/** whether all tests passed */
	readonly passed: boolean;
}

/** Which tests are run, and whether what earlier runs reached of the same contracts counts as well. */
export interface Choice {
	/** paths, instead of all tests of contracts */
	readonly tests: readonly string[];
	readonly goesOn: boolean;
}

/** Instruments all contracts in a copy of the project, and runs tests against them. */
export async function contractCoverage(
	{ tests, goesOn }: Choice,
	tell: (line: string) => void,
): Promise<ContractCoverage> {
	const copy = await copyProject("coverage");
	process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
	for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
	const { statements, kept } = buildInstrumented(copy, tests, tell);
	const hits = join(kept, "hits");
	if (!goesOn) rmSync(hits, { recursive: true, force: true });
	mkdirSync(hits, { recursive: true });
	await replaceIn(
		join(copy, "vitest.config.ts"),
		'setupFiles: ["./test/property-seed.ts"]',
		'setupFiles: ["./test/property-seed.ts", "./test/coverage/collect.ts"]',
	);
	await replaceIn(
		join(copy, "vitest.config.ts"),
		'exclude: ["**/node_modules/**", ...exclude]',
		`exclude: ["**/node_modules/**", ...exclude, ...${JSON.stringify(LEFT_OUT)}]`,
	);
	for (const [file, find, replace] of GAS) await replaceIn(join(copy, file), find, replace);
	tell("Running the tests...");
	const run = (words: readonly string[]): boolean => {
		const command = join(copy, "node_modules", "vitest", "vitest.mjs");
		const pattern = `^(?!.*(?:${LEFT_OUT_TESTS.join("|")}))`;
		const full = [command, "run", "--root", copy, "--testNamePattern", pattern, ...words];
		const { status } = spawnSync(process.execPath, full, {
			cwd: copy,
			// What they print is no result.
			stdio: ["ignore", 2, 2],
			env: { ...process.env, UMPIRE_COVERAGE: hits },
		});
		return status === 0;
	};
	const passed =
		tests.length > 0
			? run(tests)
			: [run(["--project", "chain"]), run(["--project", "proof", ...WITH_PROOFS])].every(Boolean);
	const tags = new Set(
		readdirSync(hits).flatMap((name) => readFileSync(join(hits, name), "utf8").split("\n")),
	);
	return { files: [...statements].map(([file, all]) => coverageOf(file, all, tags)), passed };
}

/**
 * Compiles contracts of a copy anew: those that the tests deploy, or all where no tests are named. Says which statements
 * they have, and where what is known of them is kept.
 */
function buildInstrumented(
	copy: string,
	tests: readonly string[],
	tell: (line: string) => void,
): { readonly statements: ReadonlyMap<string, readonly Statement[]>; readonly kept: string } {
	const files = readdirSync(join(copy, "contracts"), { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(".sol"))
		.map((name) => `contracts/${name.replaceAll("\\", "/")}`)
		.sort();
	const instrumented = new Map(
		files.map((file) => [file, instrument(file, readFileSync(join(copy, file), "utf8"))] as const),
	);
	const { filename, content } = getCoverageLibrary();
	const added = new Map([[filename, content]]);
	const kept = keptFor([content, ...[...instrumented.values()].map(({ source }) => source)]);
	const all = files.filter((file) => isDeployable(copy, file));
	const isNamed = new Set(tests.flatMap((test) => namedContracts(copy, all, test)));
	const deployable = tests.length === 0 ? all : all.filter((file) => isNamed.has(file));
	for (const [i, contract] of deployable.entries()) {
		const [path, built] = [artifactPath(copy, contract), join(kept, `${basename(contract)}.json`)];
		if (!existsSync(built)) {
			tell(`Compiling ${contract} (${i + 1} of ${deployable.length})...`);
			const textOf = (file: string, text: string) => instrumented.get(file)?.source ?? text;
			writeFileSync(built, JSON.stringify(compileContract(copy, contract, { textOf, added })));
		}
		const code = JSON.parse(readFileSync(built, "utf8"));
		writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...code }));
	}
	const statements = new Map(
		files
			.filter((file) => !NOT_COUNTED.test(file))
			.map((file) => [file, instrumented.get(file)?.statements ?? []] as const)
			.filter(([, statements]) => statements.length > 0),
	);
	return { statements, kept };
}

/** Where contracts are kept that were compiled from these texts; those of other texts are removed. */
function keptFor(texts: readonly string[]): string {
	const hash = createHash("sha256");
	for (const text of texts) hash.update(text).update("\0");
	const all = join(projectRoot, ".umpire", "coverage");
	const kept = join(all, hash.digest("hex"));
	if (!existsSync(kept)) rmSync(all, { recursive: true, force: true });
	mkdirSync(kept, { recursive: true });
	return kept;
}

/** Whether a file has a contract of its own name that somebody can call. */
function isDeployable(copy: string, file: string): boolean {
	try {
		const { bytecode, abi } = JSON.parse(readFileSync(artifactPath(copy, file), "utf8")) as {
			bytecode: string;
			abi: readonly { type: string }[];
		};
		return bytecode !== "0x" && abi.some(({ type }) => type !== "error" && type !== "event");
	} catch {
		return false;
	}
}
