import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import solc from "solc";
import type { Mutation } from "./mutation.ts";

/** What tests deploy. The other contracts are parts of these, or import interfaces only. */
const DEPLOYED = [
	"contracts/market/Market.sol",
	"contracts/court/Court.sol",
	"contracts/court/Arbiter.sol",
	"contracts/registry/Registry.sol",
	"contracts/verifiers/DotVerifier.sol",
	"contracts/verifiers/ElementsVerifier.sol",
];
const HARNESS = "contracts/test-harness/LibrariesHarness.sol";
/** Contracts that tests deploy by their names. */
const NAMED = [
	"contracts/beacon/BlockHashBeacon.sol",
	"contracts/beacon/DrandBeacon.sol",
	"contracts/examples/Classifier.sol",
	"contracts/examples/HiddenEvaluation.sol",
	"contracts/governance/Directory.sol",
	"contracts/governance/Governance.sol",
	"contracts/network/EigenOperators.sol",
	"contracts/test-harness/TestBeacon.sol",
];
/** Which contracts a test deploys follows from the modules that it imports, directly or not. */
const DEPLOYS: readonly (readonly [module: string, contracts: readonly string[]])[] = [
	["test/libraries/harness.ts", [HARNESS]],
	[
		"test/libraries/verifiers.test.ts",
		["contracts/verifiers/DotVerifier.sol", "contracts/verifiers/ElementsVerifier.sol"],
	],
	["crates-ts/testing/src/chain/test-chain.ts", DEPLOYED],
	["crates-ts/chain/src/deploy.ts", DEPLOYED],
	[
		"crates-ts/testing/src/markets/grid-driver.ts",
		["contracts/grid/GridSearch.sol", "contracts/test-harness/TestBeacon.sol"],
	],
	[
		"crates-ts/testing/src/markets/network-driver.ts",
		["contracts/network/Workers.sol", "contracts/network/Jobs.sol", "contracts/test-harness/TestBeacon.sol"],
	],
	[
		"crates-ts/testing/src/markets/bounty-driver.ts",
		["contracts/network/Bounties.sol", "contracts/test-harness/TestBeacon.sol"],
	],
	[
		"crates-ts/testing/src/markets/attester-driver.ts",
		[
			"contracts/network/Operators.sol",
			"contracts/network/Attestations.sol",
			"contracts/test-harness/SoftRecorder.sol",
		],
	],
];
/** As in hardhat.config.ts. */
const EVM = "cancun";
/** What compiles fastest, a tenth of the time of what is deployed; where the stack is too deep for it, half of that. */
const FASTEST = [{ viaIR: false }, { viaIR: true }];

/** The fields of a contract's artifact that a fault changes. */
export interface Code {
	readonly abi: unknown;
	readonly bytecode: string;
	readonly linkReferences: unknown;
	readonly deployedBytecode: string;
	readonly deployedLinkReferences: unknown;
	readonly immutableReferences: unknown;
}

/** The built contracts with the mutated file in them that a test deploys: the others need no compiling. */
export function affectedContracts(root: string, { file }: Mutation, test: string): string[] {
	if (!file.endsWith(".sol")) return [];
	const modules = modulesOf(root, test);
	const deployed = DEPLOYS.flatMap(([module, contracts]) => (modules.has(module) ? contracts : []));
	const text = readFileSync(join(root, test), "utf8");
	deployed.push(...NAMED.filter((contract) => text.includes(`"${basename(contract, ".sol")}"`)));
	return [...new Set(deployed)].filter((contract) => importsOf(root, contract).has(file));
}

/** Those of some contracts whose names a test, or a module that it imports, has as a text: it deploys no others. */
export function namedContracts(root: string, contracts: readonly string[], test: string): string[] {
	const texts = [...modulesOf(root, test)].map((module) => readFileSync(join(root, module), "utf8"));
	return contracts.filter((contract) => {
		const name = `"${basename(contract, ".sol")}"`;
		return texts.some((text) => text.includes(name));
	});
}

/** A test and all of this project's modules that it imports, directly or not. */
function modulesOf(root: string, module: string, found = new Set<string>()): Set<string> {
	if (found.has(module)) return found;
	found.add(module);
	const text = readFileSync(join(root, module), "utf8");
	for (const [, path] of text.matchAll(/(?:from|import) "((?:\.|@umpire\/)[^"]+\.ts)"/g)) {
		const [, crate, rest] = /^@umpire\/([^/]+)\/(.+)$/.exec(path) ?? [];
		modulesOf(root, crate === undefined ? join(module, "..", path) : `crates-ts/${crate}/src/${rest}`, found);
	}
	return found;
}

/** A contract and all that it imports, directly or not. */
function importsOf(root: string, contract: string, found = new Set<string>()): Set<string> {
	if (found.has(contract)) return found;
	found.add(contract);
	const text = readFileSync(join(root, contract), "utf8");
	for (const [, path] of text.matchAll(/^\s*(?:import|\}) .*?"(\.[^"]+)";/gm)) {
		importsOf(root, join(contract, "..", path), found);
	}
	return found;
}

/** What is compiled instead of what the project has. */
export interface Changes {
	/** the text of a file of this project that is compiled */
	readonly textOf?: (path: string, text: string) => string;
	/** files that are not in the project, by what imports call them */
	readonly added?: ReadonlyMap<string, string>;
}

/**
 * Compiles one contract without optimising it, with changes in files that it imports: what a fault does is the same.
 *
 * @throws Error if it does not compile
 */
export function compileContract(
	root: string,
	contract: string,
	{ textOf = (_, text) => text, added }: Changes = {},
): Code {
	const name = basename(contract, ".sol");
	const read = (path: string): { contents: string } => {
		const contents = added?.get(path);
		if (contents !== undefined) return { contents };
		const ours = path.startsWith("contracts/");
		const text = readFileSync(join(root, ours ? path : join("node_modules", path)), "utf8");
		return { contents: ours ? textOf(path, text) : text };
	};
	const fields = ["abi", "evm.bytecode", "evm.deployedBytecode"];
	const sources = { [contract]: { content: read(contract).contents } };
	let error: string | undefined;
	for (const pipeline of FASTEST) {
		const settings = { ...pipeline, evmVersion: EVM, outputSelection: { [contract]: { [name]: fields } } };
		const input = JSON.stringify({ language: "Solidity", sources, settings });
		const output = JSON.parse(solc.compile(input, { import: read })) as Output;
		error = output.errors?.find(({ severity }) => severity === "error")?.formattedMessage;
		if (error?.includes("Stack too deep")) continue;
		if (error !== undefined) break;
		const { abi, evm } = output.contracts[contract][name];
		const { bytecode, deployedBytecode } = evm;
		return {
			abi,
			bytecode: `0x${bytecode.object}`,
			linkReferences: bytecode.linkReferences,
			deployedBytecode: `0x${deployedBytecode.object}`,
			deployedLinkReferences: deployedBytecode.linkReferences,
			immutableReferences: deployedBytecode.immutableReferences,
		};
	}
	throw new Error(`${contract} does not compile: ${error}`);
}

/** Where Hardhat keeps a contract's artifact. */
export function artifactPath(root: string, contract: string): string {
	return join(root, ".umpire", "artifacts", contract, `${basename(contract, ".sol")}.json`);
}

interface Output {
	readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
	readonly contracts: Readonly<Record<string, Readonly<Record<string, OutputContract>>>>;
}

interface OutputContract {
	readonly abi: unknown;
	readonly evm: { readonly bytecode: OutputCode; readonly deployedBytecode: OutputCode };
}

interface OutputCode {
	readonly object: string;
	readonly linkReferences: unknown;
	/** of deployed code only */
	readonly immutableReferences?: unknown;
}
