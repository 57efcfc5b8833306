import { join } from "node:path";
import { z } from "zod";
import { CIRCUITS, type CircuitName } from "../circuits.ts";
import { exportVerificationKey, type VerificationKey, withSnarkjs } from "../snarkjs.ts";
import { VERIFIER_NAMES, verifierSource } from "../verifier-source.ts";
import { describeBeacon } from "./beacon-source.ts";
import { CeremonyError } from "./ceremony-error.ts";
import { readForeign } from "./ceremony-files.ts";
import { textOf } from "./records.ts";
import { isRehearsal, sha256Of, type Transcript } from "./transcript.ts";
import { codeHash, compileVerifiers, type VerifierCode } from "./verifier-code.ts";

/** What a finished ceremony's folder holds beside its transcript. */
export const FINGERPRINT = "fingerprint.json";
export const FINAL_FOLDER = "final";
/** A contributor's name has 48 characters at the most, and there are 9999. */
const LONGEST_FINGERPRINT = 2 ** 20;

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const code = z.string().regex(/^0x[0-9a-f]{64}$/);

/** The fingerprint file: its own hash stands for everything that a ceremony gave. */
export const fingerprintSchema = z.strictObject({
	version: z.literal(1),
	name: z.string(),
	/** SHA-256 of the beacon's record: stands for the transcript */
	head: digest,
	isRehearsal: z.boolean(),
	contributors: z.array(z.string()),
	beacon: z.string(),
	circuits: z.partialRecord(
		z.enum(CIRCUITS),
		z.strictObject({
			verifier: z.strictObject({ name: z.string(), creationCodeHash: code, runtimeCodeHash: code }),
			/** SHA-256 of the files in final/ */
			files: z.record(z.string(), digest),
		}),
	),
});
export type Fingerprint = z.infer<typeof fingerprintSchema>;

/** What follows from the last keys: a deterministic function of them, so that everybody can compare it. */
export interface Final {
	/** by their names in final/ */
	readonly files: ReadonlyMap<string, Uint8Array | string>;
	readonly fingerprint: Fingerprint;
}

/** Names in final/ of what belongs to a circuit. */
export const finalNames = (circuit: CircuitName) => ({
	r1cs: `${circuit}.r1cs`,
	wasm: `${circuit}.wasm`,
	zkey: `${circuit}.zkey`,
	verificationKey: `${circuit}.verification-key.json`,
	source: `${VERIFIER_NAMES[circuit]}.sol`,
	code: `${VERIFIER_NAMES[circuit]}.json`,
});

/** Makes verification keys, verifiers and fingerprint of a ceremony's last keys. */
export async function makeFinal(
	transcript: Transcript,
	keys: ReadonlyMap<
		CircuitName,
		{ readonly r1cs: Uint8Array; readonly wasm: Uint8Array; readonly zkey: Uint8Array }
	>,
): Promise<Final> {
	const verificationKeys = new Map<CircuitName, VerificationKey>();
	const sources: Partial<Record<CircuitName, string>> = {};
	for (const [circuit, { zkey }] of keys) {
		const key = await withSnarkjs(() => exportVerificationKey(zkey));
		verificationKeys.set(circuit, key);
		sources[circuit] = verifierSource(circuit, key);
	}
	const codes = await compileVerifiers(sources);
	const files = new Map<string, Uint8Array | string>();
	const circuits: Fingerprint["circuits"] = {};
	for (const [circuit, key] of keys) {
		const names = finalNames(circuit);
		const own: [string, Uint8Array | string][] = [
			[names.r1cs, key.r1cs],
			[names.wasm, key.wasm],
			[names.zkey, key.zkey],
			[names.verificationKey, textOf(verificationKeys.get(circuit))],
			[names.source, sources[circuit] ?? ""],
			[names.code, textOf(codes[circuit])],
		];
		for (const [name, content] of own) files.set(name, content);
		circuits[circuit] = {
			verifier: {
				name: VERIFIER_NAMES[circuit],
				creationCodeHash: codeHash(codes[circuit].creationCode),
				runtimeCodeHash: codeHash(codes[circuit].runtimeCode),
			},
			files: Object.fromEntries(own.map(([name, content]) => [name, sha256Of(content)])),
		};
	}
	return { files, fingerprint: { ...aboutTranscript(transcript), circuits } };
}

/** What the fingerprint says of the transcript. */
export function aboutTranscript(transcript: Transcript): Omit<Fingerprint, "circuits"> {
	return {
		version: 1,
		name: transcript.announcement.name,
		head: transcript.head,
		isRehearsal: isRehearsal(transcript),
		contributors: transcript.records.filter(({ beacon }) => beacon === undefined).map(({ name }) => name),
		beacon: describeBeacon(transcript.announcement.beacon),
	};
}

/** Bytes of the largest file in final/, at the most. */
const LONGEST_FILE = 2 ** 27;

/** Reads a file of final/. @throws CeremonyError if it is missing, or no plain file */
export async function readFinal(folder: string, name: string): Promise<Buffer> {
	const path = join(folder, FINAL_FOLDER, name);
	const content = await readForeign(path, LONGEST_FILE);
	if (content !== undefined) return content;
	throw new CeremonyError(`${path} is missing`, {
		advice: "fetch it, or write it with umpire ceremony finish.",
	});
}

/** The text of the fingerprint file; undefined before a ceremony is finished. */
export async function readFingerprint(folder: string): Promise<string | undefined> {
	return (await readForeign(join(folder, FINGERPRINT), LONGEST_FINGERPRINT))?.toString();
}

/** The compiled verifier of a final file's text. */
export function parseCode(text: string): VerifierCode {
	const bytes = z.string().regex(/^0x([0-9a-f]{2})+$/);
	return z.strictObject({ creationCode: bytes, runtimeCode: bytes }).parse(JSON.parse(text)) as VerifierCode;
}
