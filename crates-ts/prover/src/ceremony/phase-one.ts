import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { POWERS_OF_TAU } from "../circuits.ts";
import { CeremonyError } from "./ceremony-error.ts";
import { PHASE_ONE, type PhaseOne } from "./known-phase-ones.ts";

/**
 * Finds the file of a phase 1 and checks its hash.
 *
 * @param folder where it lies unless `given` says where
 * @returns its path
 * @throws CeremonyError if it is missing, or another file
 */
export async function findPhaseOne(phase: PhaseOne, folder: string, given?: string): Promise<string> {
	const { file, blake2b, url } = PHASE_ONE[phase];
	const path = given ?? (phase === "development" ? POWERS_OF_TAU : join(folder, file));
	if (!(await stat(path).catch(() => undefined))?.isFile()) {
		throw new CeremonyError(`${path} is missing, the result of phase 1`, {
			advice: `fetch it from ${url ?? "this repository"} and name it with --powers-of-tau FILE.`,
		});
	}
	const found = await blake2bOf(path);
	if (found !== blake2b) {
		if (found === PHASE_ONE.development.blake2b) {
			throw new CeremonyError(`${path} is the development powers of tau, whose secret everybody knows`, {
				advice: `fetch ${file} from ${url}; --rehearsal is for rehearsals.`,
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
