import { readFile } from "node:fs/promises";
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type CircuitName, ROOT, VERIFIERS_FOLDER } from "../circuits.ts";
import { version } from "../key-identity.ts";
import { VERIFIER_NAMES } from "../verifier-source.ts";
import { fromDigits, toDigits } from "./hex.ts";
import { remembered } from "./remembered.ts";
import { sha256Of } from "./transcript.ts";

/** A compiled verifier. */
export interface VerifierCode {
	/** what a deployment sends */
	readonly creationCode: Hex;
	/** what a chain then has */
	readonly runtimeCode: Hex;
}

/** As in hardhat.config.ts: a test compares what comes of it. */
const SETTINGS = {
	evmVersion: "cancun",
	viaIR: true,
	optimizer: { enabled: true, runs: 500 },
	remappings: [
		"project/:@openzeppelin/contracts/=npm/@openzeppelin/contracts@5.7.0/",
		"project/:poseidon-solidity/=npm/poseidon-solidity@0.0.5/",
	],
	outputSelection: { "*": { "*": ["evm.bytecode.object", "evm.deployedBytecode.object"] } },
};
/** What verifiers import. */
const IMPORTED = ["contracts/interfaces/IVerifier.sol", "contracts/libraries/Groth16.sol"];

interface Output {
	readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
	readonly contracts?: Readonly<
		Record<
			string,
			Readonly<
				Record<
					string,
					{ readonly evm: Readonly<Record<"bytecode" | "deployedBytecode", { readonly object: string }>> }
				>
			>
		>
	>;
}

/** Which file of the compiler's input has a circuit's verifier. */
export const verifierFile = (circuit: CircuitName): string =>
	`project/${VERIFIERS_FOLDER.slice(ROOT.length)}${VERIFIER_NAMES[circuit]}.sol`;

/** The standard JSON input of the compiler for verifiers. */
export async function verifierInput(
	sources: Readonly<Partial<Record<CircuitName, string>>>,
): Promise<object> {
	const imported = await Promise.all(
		IMPORTED.map(async (file) => [`project/${file}`, await readFile(ROOT + file, "utf8")] as const),
	);
	const own = Object.entries(sources).map(
		([circuit, text]) => [verifierFile(circuit as CircuitName), text] as const,
	);
	return {
		language: "Solidity",
		settings: SETTINGS,
		sources: Object.fromEntries([...imported, ...own].map(([file, content]) => [file, { content }])),
	};
}

/**
 * Compiles verifiers as this repository compiles its contracts (2 s): the same bytes.
 *
 * @param sources the Solidity of each, as `verifierSource` writes it
 * @throws UmpireError if they do not compile
 */
export async function compileVerifiers(
	sources: Readonly<Partial<Record<CircuitName, string>>>,
): Promise<Record<CircuitName, VerifierCode>> {
	const { default: solc } = (await import("solc")) as { default: { compile(input: string): string } };
	const output = JSON.parse(solc.compile(JSON.stringify(await verifierInput(sources)))) as Output;
	const errors = output.errors?.filter(({ severity }) => severity === "error") ?? [];
	if (errors.length > 0) {
		throw new UmpireError("BUILD", `The verifiers do not compile:\n${errors[0].formattedMessage}`);
	}
	return Object.fromEntries(
		Object.keys(sources).map((circuit) => {
			const { evm } =
				output.contracts?.[verifierFile(circuit as CircuitName)]?.[VERIFIER_NAMES[circuit as CircuitName]] ??
				{};
			if (evm === undefined) throw new Error(`solc gave no code for the verifier of ${circuit}`);
			const [creationCode, runtimeCode] = [evm.bytecode, evm.deployedBytecode].map(
				({ object }): Hex => `0x${object}`,
			);
			return [circuit, { creationCode, runtimeCode }];
		}),
	) as Record<CircuitName, VerifierCode>;
}

/** `compileVerifiers` of one; at once where this machine has compiled the same before. */
export async function compiledVerifier(circuit: CircuitName, source: string): Promise<VerifierCode> {
	const imported = await Promise.all(IMPORTED.map((file) => readFile(ROOT + file, "utf8")));
	const parts = [await version("solc"), JSON.stringify(SETTINGS), ...imported, source];
	const name = `${circuit}-${sha256Of(JSON.stringify(parts)).slice(0, 32)}.json`;
	const text = await remembered(name, async () => {
		const codes = await compileVerifiers({ [circuit]: source });
		return Buffer.from(JSON.stringify(codes[circuit]));
	});
	return JSON.parse(Buffer.from(text).toString()) as VerifierCode;
}

/** keccak256 of code, as a chain says it. */
export function codeHash(code: Hex): Hex {
	return `0x${toDigits(keccak_256(fromDigits(code.slice(2))))}`;
}
