import { z } from "zod";
import { CIRCUITS, type CircuitName } from "../circuit-names.ts";
import { CeremonyError } from "./ceremony-error.ts";

/**
 * A ceremony's transcript is a folder. ceremony.json is what was announced; NNNN.json, the record of contribution NNNN,
 * names the record before it by its hash, so that nobody can change what others have built on. The keys lie beside:
 * NNNN.CIRCUIT.zkey, of which 0000 is the one that nobody has contributed to. Hashes are SHA-256 unless they say so.
 * Runs in browsers.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const blake2b = z.string().regex(/^[0-9a-f]{128}$/);

/**
 * What fits into a key (64 characters), on a line, and into a file name. ASCII, because letters of other alphabets look
 * like these and are others.
 */
export const contributorName = z
	.string()
	.regex(
		/^[A-Za-z0-9][A-Za-z0-9 ._@+-]{0,47}$/,
		"1 to 48 of A-Z a-z 0-9, spaces and . _ @ + -, a letter or digit first",
	)
	.regex(/^\S+( \S+)*$/, "no space at the end, nor two together");

/** Whether people could take one name for the other: capitals, l I 1, o 0 and what stands between letters count for nothing. */
export function looksLike(one: string, other: string): boolean {
	const shape = (name: string) =>
		name
			.toLowerCase()
			.replace(/[^a-z0-9]/g, "")
			.replace(/[i1]/g, "l")
			.replace(/0/g, "o");
	return shape(one) === shape(other);
}

/** One value for each circuit of the ceremony. */
const perCircuit = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum(CIRCUITS), value);

/** Whose value ends a ceremony: announced at its beginning, when nobody can know it. */
export const beaconSource = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("drand"), network: z.literal("evmnet"), round: z.int().min(1) }),
	z.strictObject({ kind: z.literal("block"), chainId: z.int().min(1), number: z.int().min(1) }),
]);
export type BeaconSource = z.infer<typeof beaconSource>;

const announcement = z.strictObject({
	version: z.literal(1),
	name: z.string().min(1).max(100),
	/** whose result of phase 1 (phase-one.ts knows the files' hashes) */
	powersOfTau: z.enum(["hermez", "development"]),
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

/** Characters of a record or an announcement: one that is longer is none. */
export const LONGEST_TEXT = 16_384;
/** Who the beacon is among the contributors. */
export const BEACON_NAME = "beacon";
export const ANNOUNCEMENT = "ceremony.json";

const four = (number: number): string => String(number).padStart(4, "0");
export const recordName = (number: number): string => `${four(number)}.json`;
export const keyName = (number: number, circuit: CircuitName): string => `${four(number)}.${circuit}.zkey`;

/** A record as it is written and hashed. */
export function textOf(value: unknown): string {
	return `${JSON.stringify(value, null, "\t")}\n`;
}

/** @throws CeremonyError if it is no announcement, or one of no ceremony that keys are made by */
export function parseAnnouncement(text: string): Announcement {
	return parsed(announcement, text, ANNOUNCEMENT);
}

/** @throws CeremonyError if it is no record */
export function parseRecord(text: string, number: number): ContributionRecord {
	return parsed(contributionRecord, text, recordName(number));
}

/** @throws CeremonyError if a text is not one of the schema, as ceremonies write it */
function parsed<T>(schema: z.ZodType<T>, text: string, file: string): T {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw new CeremonyError(`${file} is no JSON`, { cause, advice: "fetch it again." });
	}
	const result = schema.safeParse(value);
	if (result.success) {
		// One text for each value: hashes are of texts, two members of one name would be read as the last alone, and
		// the schema sees no member that is called __proto__.
		if (textOf(result.data) === text) return result.data;
		throw new CeremonyError(`${file} is not written as ceremonies write it`, { advice: "fetch it again." });
	}
	const [issue] = result.error.issues;
	throw new CeremonyError(`${file}: ${issue.path.join(".")}: ${issue.message}`, {
		advice: "fetch it again.",
	});
}
