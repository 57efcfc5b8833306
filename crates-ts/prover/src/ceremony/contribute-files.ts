import { sha256 } from "@noble/hashes/sha2.js";
import { CIRCUITS, type CircuitName } from "../circuit-names.ts";
import { contribute } from "../snarkjs.ts";
import { requireNotDue } from "./beacon-source.ts";
import { CeremonyError } from "./ceremony-error.ts";
import { toDigits } from "./hex.ts";
import { requirePhaseOne } from "./known-phase-ones.ts";
import { isWithoutSecret, readProvingKey } from "./proving-key.ts";
import {
	ANNOUNCEMENT,
	BEACON_NAME,
	type ContributionRecord,
	contributorName,
	keyName,
	looksLike,
	parseAnnouncement,
	parseRecord,
	recordName,
	textOf,
} from "./records.ts";

/** Contributing without a folder and without Node.js: files come in, files go out. Runs in browsers. */

/** A file of a ceremony's folder. */
export interface CeremonyFile {
	readonly name: string;
	readonly bytes: Uint8Array;
}

/** What a contribution builds on. */
export interface Basis {
	/** what the ceremony is called */
	readonly ceremony: string;
	readonly isRehearsal: boolean;
	/** of the last contribution; 0 before the first */
	readonly number: number;
	/** SHA-256 of the last record */
	readonly head: string;
	readonly names: readonly string[];
	readonly keys: ReadonlyMap<CircuitName, Uint8Array>;
}

const digits = (bytes: Uint8Array): string => toDigits(sha256(bytes));

/**
 * Finds the last record and keys among files, and whether they belong together. Whether the keys follow from all
 * contributions is for `umpire ceremony verify`, which needs phase 1.
 *
 * @throws CeremonyError that says which file is missing or wrong
 */
export function basisOf(files: readonly CeremonyFile[]): Basis {
	const announced = fileNamed(files, ANNOUNCEMENT);
	const announcement = parseAnnouncement(new TextDecoder().decode(announced));
	const circuits = CIRCUITS.filter((circuit) => announcement.circuits[circuit] !== undefined);
	const numbers = files.flatMap(({ name }) => (/^\d{4}\.json$/.test(name) ? [Number(name.slice(0, 4))] : []));
	const number = Math.max(0, ...numbers);
	const written = number === 0 ? announced : fileNamed(files, recordName(number));
	const record = number === 0 ? undefined : parseRecord(new TextDecoder().decode(written), number);
	if (record?.beacon !== undefined) {
		throw new CeremonyError("The beacon was drawn: this ceremony takes no contributions any more");
	}
	if (record !== undefined && record.number !== number) {
		throw new CeremonyError(`${recordName(number)} is the record of contribution ${record.number}`, {
			advice: "tell the coordinator.",
		});
	}
	const isRehearsal = announcement.powersOfTau !== "hermez";
	if (!isRehearsal) requireNotDue(announcement.beacon, "no contribution may follow.");
	const keys = new Map<CircuitName, Uint8Array>();
	let names: readonly string[] = [];
	for (const circuit of circuits) {
		const file = keyName(number, circuit);
		const bytes = fileNamed(files, file);
		const expected = record?.circuits[circuit]?.key ?? announcement.circuits[circuit]?.initialKey;
		if (digits(bytes) !== expected) {
			throw new CeremonyError(
				`${file} is not the key that ${number === 0 ? ANNOUNCEMENT : recordName(number)} names`,
				{
					advice: "fetch it again.",
				},
			);
		}
		const read = readProvingKey(bytes);
		requirePhaseOne(announcement.powersOfTau, read);
		const { contributions, circuitHash } = read;
		const isRight =
			(number === 0 || !isWithoutSecret(read)) &&
			contributions.every((one) => one.transcript === one.expectedTranscript);
		const isOfCircuit = circuitHash === announcement.circuits[circuit]?.circuitHash;
		if (!isRight || !isOfCircuit || contributions.length !== number) {
			throw new CeremonyError(`${file} does not hold the ceremony's contributions`, {
				advice: "tell the coordinator.",
			});
		}
		names = contributions.map(({ name }) => name);
		keys.set(circuit, bytes);
	}
	return { ceremony: announcement.name, isRehearsal, number, head: digits(written), names, keys };
}

/**
 * Contributes to all keys.
 *
 * @param entropy what the contributor typed; random bytes of the browser or system go in beside it, so that it may be empty
 * @returns the new keys and, last, the record; and its SHA-256, to be published
 * @throws CeremonyError if the name is none, or was used
 */
export async function contributeFiles(
	basis: Basis,
	name: string,
	entropy: string,
	onProgress: (line: string) => void = () => {},
): Promise<{ readonly files: CeremonyFile[]; readonly head: string }> {
	const problem = contributorName.safeParse(name);
	if (!problem.success) {
		throw new CeremonyError(`This is no name for a contributor: ${problem.error.issues[0].message}`);
	}
	const like = [BEACON_NAME, ...basis.names].find((one) => looksLike(one, name));
	if (like !== undefined) {
		throw new CeremonyError(`${name} has contributed already, or looks like ${like}`, {
			advice: "take another name.",
		});
	}
	const number = basis.number + 1;
	const made: Partial<Record<CircuitName, { contribution: string; key: string }>> = {};
	const files: CeremonyFile[] = [];
	for (const [circuit, before] of basis.keys) {
		onProgress(`Contributing to ${circuit} (up to a minute)…`);
		const random = toDigits(globalThis.crypto.getRandomValues(new Uint8Array(64)));
		const key = await contribute(before, name, entropy + random);
		const [own] = readProvingKey(key).contributions.slice(-1);
		made[circuit] = { contribution: own.hash, key: digits(key) };
		files.push({ name: keyName(number, circuit), bytes: key });
	}
	const record: ContributionRecord = { number, name, previous: basis.head, circuits: made };
	const bytes = new TextEncoder().encode(textOf(record));
	files.push({ name: recordName(number), bytes });
	return { files, head: digits(bytes) };
}

function fileNamed(files: readonly CeremonyFile[], name: string): Uint8Array {
	const found = files.find((file) => file.name === name);
	if (found !== undefined) return found.bytes;
	throw new CeremonyError(`${name} is missing among the files`, {
		advice: "choose ceremony.json, the last record and the last keys.",
	});
}
