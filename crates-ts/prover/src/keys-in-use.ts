import { type FinishedCeremony, readFinishedCeremony } from "./ceremony/finished.ts";
import type { CircuitName } from "./circuits.ts";
import type { VerificationKey } from "./snarkjs.ts";
import { readVerificationKey } from "./verification-key.ts";

const read = new Map<string, Promise<FinishedCeremony>>();

/**
 * The ceremony whose keys prove and verify: the finished one in the folder that UMPIRE_CEREMONY names, checked once per
 * process; undefined where the development keys do.
 *
 * @throws KeyError if that ceremony is not finished, or its files are not what they were
 */
export async function ceremonyInUse(): Promise<FinishedCeremony | undefined> {
	const folder = process.env.UMPIRE_CEREMONY ?? "";
	if (folder === "") return undefined;
	const reading = read.get(folder) ?? readFinishedCeremony(folder);
	read.set(folder, reading);
	// A failure is not remembered: the files may have been fetched.
	reading.catch(() => read.delete(folder));
	return reading;
}

/** The verification key under which proofs are made and verified. */
export async function verificationKeyInUse(circuit: CircuitName): Promise<VerificationKey> {
	return (await ceremonyInUse())?.circuits[circuit].verificationKey ?? readVerificationKey(circuit);
}
