import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { POWERS_OF_TAU } from "../circuits.ts";
import { CeremonyError } from "./ceremony-error.ts";
import type { Announcement } from "./records.ts";

/** The results of phase 1 that a ceremony may begin with. */
export const PHASE_ONE = {
	/** The last file of the Hermez ceremony of 54 contributors and a beacon, for circuits of up to 2^14 constraints. */
	hermez: {
		file: "powersOfTau28_hez_final_14.ptau",
		blake2b:
			"eeefbcf7c3803b523c94112023c7ff89558f9b8e0cf5d6cdcba3ade60f168af4a181c9c21774b94fbae6c90411995f7d854d02ebd93fb66043dbb06f17a831c1",
	},
	/** circuits/powers-of-tau-14.ptau, whose secret everybody can compute. */
	development: {
		file: "powers-of-tau-14.ptau",
		blake2b:
			"219b9814d64433cbea4514369add6d7748a4c77862737bc39146e162f74da18be61562ac2eab2c181923db44ea60948943e61398bcb87cb1ea5318496cf22279",
	},
} as const satisfies Readonly<Record<PhaseOne, { readonly file: string; readonly blake2b: string }>>;
export type PhaseOne = Announcement["powersOfTau"];

/**
 * Finds the file of a phase 1 and checks its hash.
 *
 * @param folder where it lies unless `given` says where
 * @returns its path
 * @throws CeremonyError if it is missing, or another file
 */
export async function findPhaseOne(phase: PhaseOne, folder: string, given?: string): Promise<string> {
	const { file, blake2b } = PHASE_ONE[phase];
	const path = given ?? (phase === "development" ? POWERS_OF_TAU : join(folder, file));
	if (!(await stat(path).catch(() => undefined))?.isFile()) {
		throw new CeremonyError(`${path} is missing, the result of phase 1`, {
			advice: `fetch ${file} of the Hermez ceremony and name it with --powers-of-tau FILE.`,
		});
	}
	const found = await blake2bOf(path);
	if (found !== blake2b) {
		if (found === PHASE_ONE.development.blake2b) {
			throw new CeremonyError(`${path} is the development powers of tau, whose secret everybody knows`, {
				advice: `fetch ${file} of the Hermez ceremony; --rehearsal is for rehearsals.`,
			});
		}
		const hashes = `BLAKE2b ${found.slice(0, 16)}…, expected ${blake2b.slice(0, 16)}…`;
		throw new CeremonyError(`${path} is not ${file} (${hashes})`, { advice: "fetch it again." });
	}
	return path;
}

async function blake2bOf(path: string): Promise<string> {
	const hash = createHash("blake2b512");
	await pipeline(createReadStream(path), hash);
	return hash.digest("hex");
}
