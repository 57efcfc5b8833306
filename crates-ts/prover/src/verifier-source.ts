import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { CircuitName } from "./circuits.ts";
import { exportVerifier } from "./snarkjs.ts";

/** Names of the generated contracts. */
export const VERIFIER_NAMES = { dot: "DotVerifier", elements: "ElementsVerifier" } as const;

const package_ = dirname(dirname(createRequire(import.meta.url).resolve("snarkjs")));

/** The Solidity source of the verifier of a proving key: snarkjs's template under the contract's own name. */
export async function verifierSource(circuit: CircuitName, zkey: string): Promise<string> {
	const template = await readFile(`${package_}/templates/verifier_groth16.sol.ejs`, "utf8");
	const source = await exportVerifier(zkey, template);
	const renamed = source
		.replace(/contract Groth16Verifier\b/, `contract ${VERIFIER_NAMES[circuit]}`)
		.replace(/pragma solidity [^;]*;/, "pragma solidity ^0.8.24;");
	if (!renamed.includes(`contract ${VERIFIER_NAMES[circuit]} `) || !renamed.includes("^0.8.24;")) {
		throw new Error("snarkjs's verifier template has changed: adapt verifier-source.ts to it");
	}
	return renamed;
}
