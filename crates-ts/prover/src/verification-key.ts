import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { type ErrorDetails, UmpireError } from "@umpire/errors/umpire-error.ts";
import { CIRCUITS_FOLDER, type CircuitName } from "./circuits.ts";
import type { VerificationKey } from "./snarkjs.ts";

/** A key that must not be used. */
export class KeyError extends UmpireError {
	override readonly name = "KeyError";

	constructor(found: string, details: ErrorDetails = {}) {
		super("PROVING_KEY", found, details);
	}
}

/** Where the verification key of a circuit is committed. */
export function verificationKeyPath(circuit: CircuitName): string {
	return `${CIRCUITS_FOLDER}keys/${circuit}.verification-key.json`;
}

/** The committed verification key of a circuit. */
export async function readVerificationKey(circuit: CircuitName): Promise<VerificationKey> {
	const key = JSON.parse(await readFile(verificationKeyPath(circuit), "utf8")) as VerificationKey;
	assertPhase2(key);
	return key;
}

/**
 * Throws KeyError for a key without any phase-2 contribution: δ is then γ, and anyone can make a
 * proof of anything.
 */
export function assertPhase2(key: VerificationKey): void {
	if (isDeepStrictEqual(key.vk_gamma_2, key.vk_delta_2)) {
		throw new KeyError(
			"This key has no phase-2 contribution (γ = δ), so that anyone can forge proofs for it. " +
				"Contribute to it before use.",
		);
	}
}
