import { createHash } from "node:crypto";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CIRCUITS, type CircuitName } from "../circuits.ts";
import { requireSlow } from "./beacon-source.ts";
import { CeremonyError } from "./ceremony-error.ts";
import { readForeign, writeNew } from "./ceremony-files.ts";
import {
	ANNOUNCEMENT,
	type Announcement,
	BEACON_NAME,
	type ContributionRecord,
	keyName,
	LONGEST_TEXT,
	looksLike,
	parseAnnouncement,
	parseRecord,
	recordName,
	textOf,
} from "./records.ts";

/** A transcript, read: its records follow on one another, the keys have not been looked at. */
export interface Transcript {
	readonly folder: string;
	readonly announcement: Announcement;
	readonly circuits: readonly CircuitName[];
	/** in their order, from 1 */
	readonly records: readonly ContributionRecord[];
	/** SHA-256 of the last record, or of ceremony.json: stands for everything so far */
	readonly head: string;
}

export const isRehearsal = ({ announcement }: Pick<Transcript, "announcement">): boolean =>
	announcement.powersOfTau !== "hermez";

/** Whether the last record is the beacon's. */
export const hasBeacon = ({ records }: Transcript): boolean => records.at(-1)?.beacon !== undefined;

export function sha256Of(content: Uint8Array | string): string {
	return createHash("sha256").update(content).digest("hex");
}

/** How a fault is told of somebody's contribution. */
export function faultOf(
	record: { readonly number: number; readonly name: string },
	found: string,
	advice?: string,
): CeremonyError {
	return new CeremonyError(`Contribution ${record.number} (${record.name}): ${found}`, {
		contributor: record.name,
		advice,
	});
}

/**
 * Reads a transcript and follows its records.
 *
 * @throws CeremonyError if there is none, or a record is malformed, missing, out of order or does not follow on the one before
 */
export async function readTranscript(folder: string): Promise<Transcript> {
	const text = await readText(folder, ANNOUNCEMENT);
	if (text === undefined) {
		throw new CeremonyError(`${folder} is no ceremony's folder: it has no ${ANNOUNCEMENT}`, {
			advice: "make one with umpire ceremony new, or name another.",
		});
	}
	const announced = parseAnnouncement(text);
	const circuits = CIRCUITS.filter((circuit) => announced.circuits[circuit] !== undefined);
	if (circuits.length < CIRCUITS.length && announced.powersOfTau === "hermez") {
		throw new CeremonyError(`${ANNOUNCEMENT} leaves out a circuit, which only rehearsals may`);
	}
	requireSlow(announced);
	const records: ContributionRecord[] = [];
	let head = sha256Of(text);
	for (const number of await recordNumbers(folder)) {
		if (number !== records.length + 1) {
			throw new CeremonyError(
				`${recordName(records.length + 1)} is missing, but ${recordName(number)} is there`,
				{
					advice: "fetch it from where the transcript is kept.",
				},
			);
		}
		const written = (await readText(folder, recordName(number))) ?? "";
		const record = parseRecord(written, number);
		requireFollows(record, { number, head, records, circuits });
		records.push(record);
		head = sha256Of(written);
	}
	return { folder, announcement: announced, circuits, records, head };
}

function requireFollows(
	record: ContributionRecord,
	at: Pick<Transcript, "head" | "records" | "circuits"> & { readonly number: number },
): void {
	if (record.number !== at.number) throw faultOf(record, `its record is kept as number ${at.number}`);
	if (record.previous !== at.head) {
		const [before] = at.records.slice(-1);
		throw faultOf(
			record,
			`its record does not follow on ${before === undefined ? ANNOUNCEMENT : `contribution ${before.number} (${before.name})`} as that is now`,
			"one of the two was changed afterwards, or the order was: compare them with other people's copies.",
		);
	}
	if (at.records.some(({ beacon }) => beacon !== undefined))
		throw faultOf(record, "it comes after the beacon");
	const like = at.records.find(({ name }) => looksLike(name, record.name));
	if (like !== undefined) {
		const taken = like.name === record.name ? "has contributed already" : `looks like ${like.name}`;
		throw faultOf(record, `this name ${taken}`);
	}
	if (looksLike(record.name, BEACON_NAME) !== (record.beacon !== undefined)) {
		throw faultOf(record, "the beacon's record, and no other, says what the beacon gave");
	}
	if (at.circuits.some((circuit) => record.circuits[circuit] === undefined))
		throw faultOf(record, "a circuit is missing");
	if (Object.keys(record.circuits).length > at.circuits.length)
		throw faultOf(record, "a circuit is not of this ceremony");
}

async function recordNumbers(folder: string): Promise<number[]> {
	const names = (await readdir(folder)).filter((name) => /^\d{4}\.json$/.test(name));
	return names.map((name) => Number(name.slice(0, 4))).sort((a, b) => a - b);
}

async function readText(folder: string, name: string): Promise<string | undefined> {
	return (await readForeign(join(folder, name), LONGEST_TEXT))?.toString();
}

/**
 * Begins a folder.
 *
 * @throws CeremonyError if a ceremony is there
 */
export async function writeAnnouncement(folder: string, content: Announcement): Promise<void> {
	const files = [
		[".gitignore", "*.zkey\n*.r1cs\n*.wasm\n*.ptau\nunfinished-*\nset-aside-*\nlock\n"],
		// Hashes are of bytes: git must not change the ends of lines.
		[".gitattributes", "* -text\n"],
	] as const;
	for (const [name, text] of files) {
		await writeFile(join(folder, name), text, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
			// Somebody's own stays as it is.
			if (error.code !== "EEXIST") throw error;
		});
	}
	await writeNew(folder, ANNOUNCEMENT, textOf(content));
}

/** Whether a folder has a ceremony. */
export async function isBegun(folder: string): Promise<boolean> {
	return (await stat(join(folder, ANNOUNCEMENT)).catch(() => undefined)) !== undefined;
}

/** Bytes that a key may be longer than the one before: points, hashes and a name. */
const MOST_PER_CONTRIBUTION = 1024;
/** Bytes of the first key, at the most. */
const LONGEST_KEY = 2 ** 26;

/** Reads the key after contribution `number`. @throws CeremonyError if it is not the one that the transcript names */
export async function readKey(
	transcript: Transcript,
	number: number,
	circuit: CircuitName,
): Promise<Uint8Array> {
	const record = transcript.records.at(number - 1);
	const path = join(transcript.folder, keyName(number, circuit));
	const fault = (found: string, advice: string | undefined, cause?: unknown): CeremonyError =>
		number === 0 || record === undefined
			? new CeremonyError(found, { advice, cause })
			: faultOf(record, found, advice);
	const bytes = await readForeign(path, LONGEST_KEY + number * MOST_PER_CONTRIBUTION).catch(
		(error: CeremonyError) => {
			throw fault(error.found, error.advice, error.cause);
		},
	);
	if (bytes === undefined) {
		throw new CeremonyError(`${path} is missing`, {
			advice: "fetch it from where the coordinator keeps the keys.",
		});
	}
	const expected =
		number === 0 ? transcript.announcement.circuits[circuit]?.initialKey : record?.circuits[circuit]?.key;
	if (sha256Of(bytes) !== expected) {
		throw fault(
			`${keyName(number, circuit)} is not the key that ${number === 0 ? ANNOUNCEMENT : "its record"} names`,
			"fetch it again.",
		);
	}
	return bytes;
}
