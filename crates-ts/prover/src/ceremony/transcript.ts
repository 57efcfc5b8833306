import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CIRCUITS, type CircuitName } from "../circuits.ts";
import { beaconSource } from "./beacon.ts";
import { CeremonyError } from "./ceremony-error.ts";
import { PHASE_ONE, type PhaseOne } from "./phase-one.ts";

/**
 * A ceremony's transcript is a folder. ceremony.json is what was announced; NNNN.json, the record of contribution NNNN,
 * names the record before it by its hash, so that nobody can change what others have built on. The keys lie beside:
 * NNNN.CIRCUIT.zkey, of which 0000 is the one that nobody has contributed to. Hashes are SHA-256 unless they say so.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const blake2b = z.string().regex(/^[0-9a-f]{128}$/);

/** What fits into a key (64 characters), on a line, and into a file name. */
export const contributorName = z
	.string()
	.regex(
		/^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,47}$/u,
		"1 to 48 letters, digits, spaces or . _ @ + -, a letter or digit first",
	)
	.regex(/\S$/u, "no space at the end");

/** One value for each circuit of the ceremony. */
const perCircuit = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum(CIRCUITS), value);

const announcement = z.strictObject({
	version: z.literal(1),
	name: z.string().min(1).max(100),
	/** BLAKE2b-512 of the result of phase 1 */
	powersOfTau: z.enum(Object.keys(PHASE_ONE) as [PhaseOne, ...PhaseOne[]]),
	beacon: beaconSource,
	/** 2^this rounds of SHA-256 between the beacon's value and what is drawn from it */
	iterationsExponent: z.int().min(10).max(32),
	circuits: perCircuit(
		z.strictObject({
			r1cs: sha256,
			wasm: sha256,
			/** of NNNN = 0000 */
			initialKey: sha256,
			/** as every key of the circuit says it, BLAKE2b-512 */
			circuitHash: blake2b,
		}),
	),
});
export type Announcement = z.infer<typeof announcement>;

const contributionRecord = z.strictObject({
	number: z.int().min(1).max(9999),
	name: contributorName,
	/** SHA-256 of the record before, or of ceremony.json */
	previous: sha256,
	circuits: perCircuit(
		z.strictObject({
			/** as snarkjs prints it, BLAKE2b-512 */
			contribution: blake2b,
			key: sha256,
		}),
	),
	/** of the last record alone: what the announced source gave */
	beacon: z
		.union([
			z.strictObject({ signature: z.string().regex(/^[0-9a-f]{128}$/) }),
			z.strictObject({ blockHash: sha256 }),
		])
		.optional(),
});
export type ContributionRecord = z.infer<typeof contributionRecord>;

/** Who the beacon is among the contributors. */
export const BEACON_NAME = "beacon";
const ANNOUNCEMENT = "ceremony.json";

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

const four = (number: number): string => String(number).padStart(4, "0");
export const recordName = (number: number): string => `${four(number)}.json`;
export const keyName = (number: number, circuit: CircuitName): string => `${four(number)}.${circuit}.zkey`;

export function sha256Of(content: Uint8Array | string): string {
	return createHash("sha256").update(content).digest("hex");
}

/** A record as it is written and hashed. */
export function textOf(value: unknown): string {
	return `${JSON.stringify(value, null, "\t")}\n`;
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
	const announced = parsed(announcement, text, ANNOUNCEMENT);
	const circuits = CIRCUITS.filter((circuit) => announced.circuits[circuit] !== undefined);
	if (circuits.length < CIRCUITS.length && announced.powersOfTau === "hermez") {
		throw new CeremonyError(`${ANNOUNCEMENT} leaves out a circuit, which only rehearsals may`);
	}
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
		const record = parsed(contributionRecord, written, recordName(number));
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
	if (at.records.some(({ name }) => name === record.name))
		throw faultOf(record, "this name has contributed already");
	if ((record.name === BEACON_NAME) !== (record.beacon !== undefined)) {
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

function parsed<T>(schema: z.ZodType<T>, text: string, file: string): T {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw new CeremonyError(`${file} is no JSON`, { cause, advice: "fetch it again." });
	}
	const result = schema.safeParse(value);
	if (result.success) {
		if (textOf(value) === text) return result.data;
		// One text for each value: hashes are of texts, and two members of one name would be read as the last alone.
		throw new CeremonyError(`${file} is not written as ceremonies write it`, { advice: "fetch it again." });
	}
	const [issue] = result.error.issues;
	throw new CeremonyError(`${file}: ${issue.path.join(".")}: ${issue.message}`, {
		advice: "fetch it again.",
	});
}

async function readText(folder: string, name: string): Promise<string | undefined> {
	return readFile(join(folder, name), "utf8").catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return undefined;
		throw new CeremonyError(`${join(folder, name)} cannot be read`, { cause: error });
	});
}

/**
 * Begins a folder.
 *
 * @throws CeremonyError if a ceremony is there
 */
export async function writeAnnouncement(folder: string, content: Announcement): Promise<void> {
	await writeFile(join(folder, ".gitignore"), "*.zkey\n*.r1cs\n*.wasm\n*.ptau\nunfinished-*\n");
	// Hashes are of bytes: git must not change the ends of lines.
	await writeFile(join(folder, ".gitattributes"), "* -text\n");
	await writeNew(folder, ANNOUNCEMENT, textOf(content));
}

/** Whether a folder has a ceremony. */
export async function isBegun(folder: string): Promise<boolean> {
	return (await stat(join(folder, ANNOUNCEMENT)).catch(() => undefined)) !== undefined;
}

/** Reads the key after contribution `number`. @throws CeremonyError if it is not the one that the transcript names */
export async function readKey(
	transcript: Transcript,
	number: number,
	circuit: CircuitName,
): Promise<Uint8Array> {
	const path = join(transcript.folder, keyName(number, circuit));
	const bytes = await readFile(path).catch((cause: unknown) => {
		throw new CeremonyError(`${path} cannot be read`, {
			cause,
			advice: "fetch it from where the coordinator keeps the keys.",
		});
	});
	const record = transcript.records[number - 1];
	const expected =
		number === 0 ? transcript.announcement.circuits[circuit]?.initialKey : record.circuits[circuit]?.key;
	if (sha256Of(bytes) !== expected) {
		const found = `${keyName(number, circuit)} is not the key that ${number === 0 ? ANNOUNCEMENT : "its record"} names`;
		const advice = "fetch it again.";
		throw number === 0 ? new CeremonyError(found, { advice }) : faultOf(record, found, advice);
	}
	return bytes;
}

/**
 * Writes a file that must not be there yet: whole, or not at all.
 *
 * @throws CeremonyError if it is there
 */
export async function writeNew(folder: string, name: string, content: Uint8Array | string): Promise<void> {
	await mkdir(folder, { recursive: true });
	const temporary = join(folder, `unfinished-${process.pid}-${name}`);
	try {
		const file = await open(temporary, "w");
		await file.writeFile(content);
		// A rename may reach the disk before the contents do.
		await file.sync();
		await file.close();
		if ((await stat(join(folder, name)).catch(() => undefined)) !== undefined) {
			throw new CeremonyError(`${join(folder, name)} is there already`);
		}
		await rename(temporary, join(folder, name));
	} finally {
		await rm(temporary, { force: true });
	}
}
