import { type FinishedCeremony, readFinishedCeremony } from "./finished.ts";
import { wasVerified } from "./verified-here.ts";
import { type VerifyOptions, verifyCeremony } from "./verify.ts";

/**
 * Reads a finished ceremony, and verifies all of it unless this machine has: its files belong together in a forgery, too.
 *
 * @throws KeyError if it is not finished, or its files do not belong together
 * @throws CeremonyError if something is wrong, or the beacon is a block and nobody was asked for its hash
 */
export async function readVerifiedCeremony(
	folder: string,
	options: VerifyOptions = {},
): Promise<FinishedCeremony> {
	const finished = await readFinishedCeremony(folder);
	if (!(await wasVerified(finished.fingerprint))) {
		options.onProgress?.(`Verifying the ceremony in ${folder} (once, some minutes)...`);
		await verifyCeremony(folder, { ...options, isBeaconRequired: true });
	}
	return finished;
}
