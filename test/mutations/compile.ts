import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";
import config from "../../hardhat.config.ts";
import { type Mutation, mutated } from "./mutation.ts";

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
];
const LARGEST_CODE = 24_576;

/** The fields of a contract's artifact that a fault changes. */
export interface Code {
	readonly abi: unknown;
	readonly bytecode: string;
	readonly linkReferences: unknown;
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

/**
 * Compiles one contract as Hardhat does, with a fault in a file that it imports: a third of what all contracts take.
 *
 * @throws Error if it does not compile, or if its code is too large to be deployed: no test would notice the fault
 */
export function compileMutated(root: string, contract: string, mutation: Mutation): Code {
	const name = basename(contract, ".sol");
	const read = (path: string): { contents: string } => {
		const ours = path.startsWith("contracts/");
		const text = readFileSync(join(root, ours ? path : join("node_modules", path)), "utf8");
		return { contents: path === mutation.file ? mutated(mutation, text) : text };
	};
	const fields = ["abi", "evm.bytecode.object", "evm.bytecode.linkReferences", "evm.deployedBytecode.object"];
	const compiled = (shorter: object) => {
		const optimised = { ...compilerSettings(contract), ...shorter };
		const settings = { ...optimised, outputSelection: { [contract]: { [name]: fields } } };
		const sources = { [contract]: { content: read(contract).contents } };
		const input = JSON.stringify({ language: "Solidity", sources, settings });
		const output = JSON.parse(solc.compile(input, { import: read })) as Output;
		const error = output.errors?.find(({ severity }) => severity === "error");
		if (error !== undefined) throw new Error(`${contract} does not compile: ${error.formattedMessage}`);
		return output.contracts[contract][name];
	};
	const isTooLarge = ({ evm }: ReturnType<typeof compiled>): boolean =>
		evm.deployedBytecode.object.length > 2 * LARGEST_CODE;
	let code = compiled({});
	// Without a check the optimiser may put more in line. For size it does not: the same contract, for more gas.
	if (isTooLarge(code)) code = compiled({ optimizer: { enabled: true, runs: 1 } });
	if (isTooLarge(code)) throw new Error(`${contract} is too large`);
	const { object, linkReferences } = code.evm.bytecode;
	return { abi: code.abi, bytecode: `0x${object}`, linkReferences };
}

/** Where Hardhat keeps a contract's artifact. */
export function artifactPath(root: string, contract: string): string {
	return join(root, ".umpire", "artifacts", contract, `${basename(contract, ".sol")}.json`);
}

/** The settings of hardhat.config.ts for a contract. */
function compilerSettings(contract: string): object {
	const { solidity } = config;
	if (typeof solidity !== "object" || !("compilers" in solidity)) {
		throw new Error(`${fileURLToPath(import.meta.resolve("../../hardhat.config.ts"))} lists no compilers`);
	}
	return (solidity.overrides?.[contract] ?? solidity.compilers[0]).settings as object;
}

interface Output {
	readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
	readonly contracts: Readonly<Record<string, Readonly<Record<string, OutputContract>>>>;
}

interface OutputContract {
	readonly abi: unknown;
	readonly evm: {
		readonly bytecode: { readonly object: string; readonly linkReferences: unknown };
		readonly deployedBytecode: { readonly object: string };
	};
}
