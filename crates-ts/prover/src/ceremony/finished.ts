import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { CircuitName } from "../circuits.ts";
import type { VerificationKey } from "../snarkjs.ts";

/** What a finished ceremony gave for one circuit. */
export interface FinishedCircuit {
	/** paths of the final proving key, the constraints and the witness calculator */
	readonly files: { readonly r1cs: string; readonly wasm: string; readonly zkey: string };
	/** SHA-256 of the same files, hexadecimal without 0x */
	readonly checksums: { readonly r1cs: string; readonly wasm: string; readonly zkey: string };
	readonly verificationKey: VerificationKey;
	/** the contract that verifies proofs under this key, as this repository's compiler settings compile it */
	readonly verifier: {
		/** DotVerifier or ElementsVerifier */
		readonly name: string;
		readonly source: string;
		/** what a deployment sends; the constructor takes nothing */
		readonly creationCode: Hex;
		/** keccak256 of `creationCode` */
		readonly creationCodeHash: Hex;
		/** keccak256 of the code that a chain then has at the address */
		readonly runtimeCodeHash: Hex;
	};
}

/** A ceremony that ended with its announced beacon. */
export interface FinishedCeremony {
	/** SHA-256 of the fingerprint file: names keys, verifiers and all of the transcript */
	readonly fingerprint: Hex;
	/** whether phase 1 was the development powers of tau, whose secret everybody knows: for local chains alone */
	readonly isRehearsal: boolean;
	/** in the order in which they contributed, the beacon not among them */
	readonly contributors: readonly string[];
	/** as announced, for people: "round 1234 of drand's evmnet" */
	readonly beacon: string;
	readonly circuits: Readonly<Record<CircuitName, FinishedCircuit>>;
}

/**
 * Reads the transcript folder of a finished ceremony. It is looked whether its files are those that the fingerprint
 * file names, belong together, and have γ ≠ δ; that takes a second. Whether contributions and beacon are right takes
 * minutes: `verifyCeremony` checks that.
 *
 * @throws KeyError if the ceremony is not finished, has no beacon, or a file is not the one that it was
 */
export async function readFinishedCeremony(folder: string): Promise<FinishedCeremony> {
	throw new UmpireError("PROVING_KEY", `The ceremony in ${folder} is not finished`);
}
