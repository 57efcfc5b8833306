import { readFile, rm } from "node:fs/promises";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { CIRCUITS, type CircuitName } from "../circuits.ts";
import { type NewestBlock, requireSlow, requireUnknown } from "./beacon-source.ts";
import { CeremonyError } from "./ceremony-error.ts";
import { writeNew } from "./ceremony-files.ts";
import { initialKey } from "./initial-key.ts";
import { findPhaseOne } from "./phase-one.ts";
import { type Announcement, type BeaconSource, keyName } from "./records.ts";
import { isBegun, readTranscript, sha256Of, type Transcript, writeAnnouncement } from "./transcript.ts";

export interface NewCeremony {
	/** what it is called, for people */
	readonly name: string;
	readonly beacon: BeaconSource;
	/** whether it begins with the development powers of tau: its keys are then forged by anyone */
	readonly isRehearsal: boolean;
	/** of a rehearsal: some circuits alone */
	readonly circuits?: readonly CircuitName[] | undefined;
	/** the file of phase 1; default: beside ceremony.json */
	readonly powersOfTau?: string | undefined;
	/** default 10 for a round of drand, which nobody can steer, and 28 for a block */
	readonly iterationsExponent?: number | undefined;
	/** asked where the beacon is a block, which must not be there yet */
	readonly newestBlock?: NewestBlock | undefined;
	readonly onProgress?: (line: string) => void;
}

/**
 * Begins a ceremony: announces circuits, phase 1 and beacon, and computes the keys that nobody has contributed to.
 *
 * @throws CeremonyError if there is one in the folder, phase 1 is not the right file, or the beacon's value is known already
 */
export async function newCeremony(folder: string, options: NewCeremony): Promise<Transcript> {
	const { name, beacon, isRehearsal, circuits = CIRCUITS, onProgress = () => {} } = options;
	if (await isBegun(folder)) {
		throw new CeremonyError(`There is a ceremony in ${folder}`, { advice: "name a new folder." });
	}
	if (circuits.length < CIRCUITS.length && !isRehearsal) {
		throw new UmpireError("OPTION", "Only a rehearsal may leave out a circuit");
	}
	const powersOfTau = isRehearsal ? "development" : "hermez";
	const iterationsExponent =
		options.iterationsExponent ?? (beacon.kind === "block" && !isRehearsal ? 28 : 10);
	requireSlow({ beacon, iterationsExponent, powersOfTau });
	await requireUnknown(
		{ beacon, powersOfTau },
		options.newestBlock,
		"announce one that is due after the last contribution.",
	);
	const path = await findPhaseOne(powersOfTau, folder, options.powersOfTau);
	await makeFolder(folder);
	const tau = await readFile(path);
	const announced: Partial<Record<CircuitName, NonNullable<Announcement["circuits"][CircuitName]>>> = {};
	for (const circuit of CIRCUITS.filter((one) => circuits.includes(one))) {
		onProgress(`Computing the initial key of ${circuit} (up to a minute)...`);
		const { r1cs, wasm, zkey, circuitHash } = await initialKey(circuit, tau);
		announced[circuit] = {
			r1cs: sha256Of(r1cs),
			wasm: sha256Of(wasm),
			initialKey: sha256Of(zkey),
			circuitHash,
		};
		await replaceKey(folder, keyName(0, circuit), zkey);
	}
	await writeAnnouncement(folder, {
		version: 1,
		name,
		powersOfTau,
		beacon,
		iterationsExponent,
		circuits: announced,
	});
	return readTranscript(folder);
}

/** A key of the same name is what an attempt has left that did not come to its announcement. */
async function replaceKey(folder: string, name: string, zkey: Uint8Array): Promise<void> {
	await rm(`${folder}/${name}`, { force: true });
	await writeNew(folder, name, zkey);
}
