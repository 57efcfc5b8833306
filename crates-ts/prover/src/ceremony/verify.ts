import { readFile } from "node:fs/promises";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { CircuitName } from "../circuits.ts";
import type { FinalBlockHash } from "./beacon.ts";
import { CeremonyError } from "./ceremony-error.ts";
import {
	aboutTranscript,
	FINGERPRINT,
	type Final,
	makeFinal,
	readFinal,
	readFingerprint,
} from "./final-files.ts";
import { initialKey } from "./initial-key.ts";
import { findPhaseOne } from "./phase-one.ts";
import { type ContributionRecord, textOf } from "./records.ts";
import { hasBeacon, isRehearsal, readTranscript, sha256Of, type Transcript } from "./transcript.ts";
import { rememberVerified } from "./verified-here.ts";
import { verifyKeys } from "./verify-keys.ts";

export interface VerifyOptions {
	/** the file of phase 1; default: beside ceremony.json */
	readonly powersOfTau?: string | undefined;
	/** asked for a block's hash where the beacon is one; without it the hash is believed, and `isBeaconChecked` false */
	readonly finalBlockHash?: FinalBlockHash | undefined;
	/** whether a beacon that was not drawn, or whose block's hash nobody was asked for, is refused */
	readonly isBeaconRequired?: boolean | undefined;
	/** hashes of records or contributions that must be in the transcript: what contributors have published */
	readonly expected?: readonly string[] | undefined;
	readonly onProgress?: (line: string) => void;
}

/** A transcript in which everything is right. */
export interface Verified {
	readonly name: string;
	readonly isRehearsal: boolean;
	/** SHA-256 of the last record */
	readonly head: string;
	readonly beacon: string;
	/** whether it was drawn */
	readonly isBeaconDrawn: boolean;
	/** whether its value is known to be the source's: signed, or asked for */
	readonly isBeaconChecked: boolean;
	readonly contributions: readonly ContributionRecord[];
	/** SHA-256 of the fingerprint file; undefined before `finish` */
	readonly fingerprint: string | undefined;
}

/**
 * Verifies everything: phase 1 by its hash, the circuits compiled again, the initial keys computed again, every record
 * and every key, the beacon, and of a finished ceremony the final files and the verifiers' bytecode.
 *
 * @throws CeremonyError of the first thing that is wrong, naming the contributor if it is a contribution
 */
export async function verifyCeremony(folder: string, options: VerifyOptions = {}): Promise<Verified> {
	const transcript = await readTranscript(folder);
	const keys = await verifyTranscript(transcript, options);
	const { announcement, records } = transcript;
	const isBeaconDrawn = hasBeacon(transcript);
	const fingerprint = await readFingerprint(folder);
	const isBeaconChecked =
		isBeaconDrawn && (announcement.beacon.kind === "drand" || options.finalBlockHash !== undefined);
	if (options.isBeaconRequired === true && !isBeaconChecked) throw unaskedBeacon();
	if (fingerprint !== undefined) {
		if (!isBeaconDrawn) throw new CeremonyError(`${FINGERPRINT} is there, but no beacon was drawn`);
		options.onProgress?.("Compiling the verifiers...");
		await compareFinal(folder, fingerprint, await makeFinal(transcript, keys));
		if (isBeaconChecked) await rememberVerified(sha256Of(fingerprint));
	}
	return {
		name: announcement.name,
		isRehearsal: isRehearsal(transcript),
		head: transcript.head,
		beacon: aboutTranscript(transcript).beacon,
		isBeaconDrawn,
		isBeaconChecked,
		contributions: records,
		fingerprint: fingerprint === undefined ? undefined : sha256Of(fingerprint),
	};
}

/** A circuit's last key, and what it was made of. */
export interface LastKey {
	readonly r1cs: Uint8Array;
	readonly wasm: Uint8Array;
	readonly zkey: Uint8Array;
}

/** The same without the final files. @returns the last keys */
export async function verifyTranscript(
	transcript: Transcript,
	{ powersOfTau, finalBlockHash, expected = [], onProgress = () => {} }: VerifyOptions,
): Promise<Map<CircuitName, LastKey>> {
	const { folder, announcement, circuits } = transcript;
	requireExpected(transcript, expected);
	const tau = await readFile(await findPhaseOne(announcement.powersOfTau, folder, powersOfTau));
	const keys = new Map<CircuitName, LastKey>();
	for (const circuit of circuits) {
		onProgress(`Compiling ${circuit} and computing its initial key...`);
		const { r1cs, wasm, zkey: initial } = await initialKey(circuit, tau);
		for (const [what, found, said] of [
			["constraints", sha256Of(r1cs), announcement.circuits[circuit]?.r1cs],
			["witness calculator", sha256Of(wasm), announcement.circuits[circuit]?.wasm],
			["initial key", sha256Of(initial), announcement.circuits[circuit]?.initialKey],
		] as const) {
			if (found !== said) {
				throw new CeremonyError(`The ${what} of ${circuit} are not what this version's circuits give`, {
					advice:
						"take the version of Umpire that the ceremony was announced with; if this is it, the coordinator cheats.",
				});
			}
		}
		onProgress(`Checking ${transcript.records.length} contributions to ${circuit}...`);
		const zkey = await verifyKeys(transcript, circuit, { initial, powersOfTau: tau, finalBlockHash });
		keys.set(circuit, { r1cs, wasm, zkey });
	}
	return keys;
}

/** What only a chain says was not asked for. */
export const unaskedBeacon = (): CeremonyError =>
	new CeremonyError("The beacon is a block, whose hash only its chain knows", {
		advice: "name a node of that chain to umpire ceremony verify or finish with --rpc.",
	});

/** @throws CeremonyError if what a contributor has published is not in the transcript */
function requireExpected({ records, head }: Transcript, expected: readonly string[]): void {
	const there = new Set([head]);
	for (const { previous, circuits } of records) {
		there.add(previous);
		for (const { contribution } of Object.values(circuits)) there.add(contribution);
	}
	for (const hash of expected) {
		const digits = hash.toLowerCase().replace(/^0x/, "");
		if (!/^([0-9a-f]{64}){1,2}$/.test(digits)) {
			throw new UmpireError("OPTION", `${hash} is no hash of a record or a contribution`, {
				advice: "give all 64 digits of a record's, or all 128 of a contribution's.",
			});
		}
		if (!there.has(digits)) {
			throw new CeremonyError(`No contribution or record of this transcript has the hash ${hash}`, {
				advice: "somebody's contribution was left out or replaced: do not use these keys.",
			});
		}
	}
}

/** @throws CeremonyError if final files are not what the keys give */
export async function compareFinal(folder: string, fingerprint: string, final: Final): Promise<void> {
	for (const [name, content] of final.files) {
		if (!(await readFinal(folder, name)).equals(Buffer.from(content))) {
			throw new CeremonyError(`final/${name} is not what the ceremony's last key gives`, {
				advice:
					"delete the folder final and fingerprint.json and write them anew with umpire ceremony finish.",
			});
		}
	}
	if (fingerprint !== textOf(final.fingerprint)) {
		throw new CeremonyError(`${FINGERPRINT} is not that of this ceremony`, {
			advice: "delete it and write it anew with umpire ceremony finish.",
		});
	}
}
