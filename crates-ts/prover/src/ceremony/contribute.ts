import { randomBytes } from "node:crypto";
import { readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CircuitName } from "../circuits.ts";
import { contribute, contributeBeaconBytes, withSnarkjs } from "../snarkjs.ts";
import { type BeaconEvidence, beaconValue, type FinalBlockHash } from "./beacon.ts";
import { type NewestBlock, requireUnknown } from "./beacon-source.ts";
import { CeremonyError } from "./ceremony-error.ts";
import { writeNew } from "./ceremony-files.ts";
import { findPhaseOne } from "./phase-one.ts";
import { readProvingKey } from "./proving-key.ts";
import {
	BEACON_NAME,
	type ContributionRecord,
	contributorName,
	keyName,
	looksLike,
	recordName,
	textOf,
} from "./records.ts";
import { hasBeacon, readKey, readTranscript, sha256Of, type Transcript } from "./transcript.ts";
import { verifyKeys } from "./verify-keys.ts";

export interface ContributeOptions {
	/** what the contributor typed; beside it 128 random bytes of the operating system go in, so that it may be empty */
	readonly entropy?: string;
	readonly powersOfTau?: string | undefined;
	/** asked where the beacon is a block, which must not be there yet */
	readonly newestBlock?: NewestBlock | undefined;
	readonly onProgress?: (line: string) => void;
}

/** What a contributor publishes: from then on nobody can leave the contribution out or replace it unnoticed. */
export interface Contributed {
	readonly record: ContributionRecord;
	/** SHA-256 of the record: stands for it and all before it */
	readonly head: string;
	/** names of the files that the coordinator needs */
	readonly files: readonly string[];
}

/**
 * Contributes to all keys of a ceremony, after checking what it builds on. What is secret is in this process's memory
 * alone. The record is written last: whatever interrupts it before leaves the transcript as it was, and the next call
 * begins again.
 *
 * @throws CeremonyError if what is there is wrong, the beacon was drawn or is due, the name was used, or somebody else
 *   contributed meanwhile
 */
export async function contributeTo(
	folder: string,
	name: string,
	options: ContributeOptions = {},
): Promise<Contributed> {
	const transcript = await readTranscript(folder);
	const problem = contributorName.safeParse(name);
	if (!problem.success) {
		throw new CeremonyError(
			`${JSON.stringify(name)} is no name for a contributor: ${problem.error.issues[0].message}`,
		);
	}
	const like = [{ name: BEACON_NAME }, ...transcript.records].find((record) => looksLike(record.name, name));
	if (like !== undefined) {
		const found = like.name === name ? `${name} has contributed already` : `${name} looks like ${like.name}`;
		throw new CeremonyError(name === BEACON_NAME ? `The name ${name} is the beacon's` : found, {
			advice: "take another name.",
		});
	}
	requireOpen(transcript);
	await requireUnknown(
		transcript.announcement,
		options.newestBlock,
		"no contribution may follow: end the ceremony with umpire ceremony beacon.",
	);
	return append(transcript, name, options, undefined, (key) =>
		contribute(key, name, (options.entropy ?? "") + randomBytes(64).toString("hex")),
	);
}

/**
 * Ends the contributions with the value of the announced beacon.
 *
 * @throws CeremonyError if it is another's, was drawn already, or nobody has contributed
 */
export async function drawBeacon(
	folder: string,
	evidence: BeaconEvidence,
	options: ContributeOptions & { readonly finalBlockHash?: FinalBlockHash | undefined } = {},
): Promise<Contributed> {
	const transcript = await readTranscript(folder);
	requireOpen(transcript);
	if (transcript.records.length === 0) {
		throw new CeremonyError("Nobody has contributed: everybody could compute the secret of these keys", {
			advice: "have at least one contribution made with umpire ceremony contribute.",
		});
	}
	const { beacon, iterationsExponent } = transcript.announcement;
	const value = await beaconValue(beacon, evidence, options.finalBlockHash);
	return append(transcript, BEACON_NAME, options, evidence, (key) =>
		contributeBeaconBytes(key, BEACON_NAME, value, iterationsExponent),
	);
}

function requireOpen(transcript: Transcript): void {
	if (!hasBeacon(transcript)) return;
	throw new CeremonyError("The beacon was drawn: this ceremony takes no contributions any more", {
		advice: "umpire ceremony finish writes its keys.",
	});
}

async function append(
	transcript: Transcript,
	name: string,
	{ powersOfTau, onProgress = () => {} }: ContributeOptions,
	beacon: ContributionRecord["beacon"],
	apply: (key: Uint8Array) => Promise<Uint8Array>,
): Promise<Contributed> {
	const { folder, records, circuits, head, announcement } = transcript;
	const number = records.length + 1;
	const tau = await readFile(await findPhaseOne(announcement.powersOfTau, folder, powersOfTau));
	await clear(folder, number);
	const made: Partial<Record<CircuitName, { contribution: string; key: string }>> = {};
	const keys: [string, Uint8Array][] = [];
	for (const circuit of circuits) {
		onProgress(`Checking what is there of ${circuit}...`);
		const initial = await readKey(transcript, 0, circuit);
		await verifyKeys(transcript, circuit, { initial, powersOfTau: tau });
		onProgress(`Contributing to ${circuit}...`);
		const key = await withSnarkjs(async () => apply(await readKey(transcript, number - 1, circuit)));
		const [own] = readProvingKey(key).contributions.slice(-1);
		made[circuit] = { contribution: own.hash, key: sha256Of(key) };
		keys.push([keyName(number, circuit), key]);
	}
	const record: ContributionRecord = {
		number,
		name,
		previous: head,
		circuits: made,
		...(beacon && { beacon }),
	};
	// Somebody's record may have come meanwhile, for example by git.
	const now = await readTranscript(folder);
	if (now.head !== head) {
		throw new CeremonyError("Somebody else contributed meanwhile", {
			advice: "contribute again: it then follows on that.",
		});
	}
	for (const [file, key] of keys) await writeNew(folder, file, key);
	const text = textOf(record);
	await writeNew(folder, recordName(number), text);
	return { record, head: sha256Of(text), files: [...keys.map(([file]) => file), recordName(number)] };
}

/**
 * What an attempt has left that did not come to its record. Whole keys may be somebody's whose record has not arrived yet:
 * they are set aside.
 */
async function clear(folder: string, number: number): Promise<void> {
	const prefix = recordName(number).replace("json", "");
	for (const name of await readdir(folder)) {
		if (name.startsWith("unfinished-")) await rm(join(folder, name), { force: true, recursive: true });
		else if (name.startsWith(prefix))
			await rename(join(folder, name), join(folder, `set-aside-${Date.now()}-${name}`));
	}
}
