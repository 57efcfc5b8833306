import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Hex } from "@umpire/commitment/constants.ts";
import { CIRCUITS, type CircuitName } from "../circuits.ts";
import { exportVerificationKey, type VerificationKey, withSnarkjs } from "../snarkjs.ts";
import { assertPhase2, KeyError } from "../verification-key.ts";
import { VERIFIER_NAMES, verifierSource } from "../verifier-source.ts";
import {
	aboutTranscript,
	FINAL_FOLDER,
	FINGERPRINT,
	type Fingerprint,
	finalNames,
	fingerprintSchema,
	parseCode,
	readFinal,
	readFingerprint,
} from "./final-files.ts";
import { requirePhaseOne } from "./known-phase-ones.ts";
import { isWithoutSecret, readProvingKey } from "./proving-key.ts";
import { hasBeacon, readTranscript, sha256Of, type Transcript } from "./transcript.ts";
import { codeHash, compiledVerifier } from "./verifier-code.ts";

/** What a finished ceremony gave for one circuit. */
export interface FinishedCircuit {
	/** paths of the final proving key, the constraints and the witness calculator */
	readonly files: { readonly r1cs: string; readonly wasm: string; readonly zkey: string };
	/** SHA-256 of the same files, hexadecimal without 0x */
	readonly checksums: { readonly r1cs: string; readonly wasm: string; readonly zkey: string };
	readonly verificationKey: VerificationKey;
	/** the contract that verifies proofs under this key, as this repository's compiler settings compile it */
	readonly verifier: {
		/** DotVerifier or ElementsVerifier */
		readonly name: string;
		readonly source: string;
		/** what a deployment sends; the constructor takes nothing */
		readonly creationCode: Hex;
		/** keccak256 of `creationCode` */
		readonly creationCodeHash: Hex;
		/** keccak256 of the code that a chain then has at the address */
		readonly runtimeCodeHash: Hex;
	};
}

/** A ceremony that ended with its announced beacon. */
export interface FinishedCeremony {
	/** SHA-256 of the fingerprint file: names keys, verifiers and all of the transcript */
	readonly fingerprint: Hex;
	/** whether phase 1 was the development powers of tau, whose secret everybody knows: for local chains alone */
	readonly isRehearsal: boolean;
	/** in the order in which they contributed, the beacon not among them */
	readonly contributors: readonly string[];
	/** as announced, for people: "round 1234 of drand's evmnet" */
	readonly beacon: string;
	readonly circuits: Readonly<Record<CircuitName, FinishedCircuit>>;
}

/**
 * Reads the transcript folder of a finished ceremony. It is looked whether its files are those that the fingerprint
 * file names, belong together, begin with the announced phase 1, and have γ ≠ δ; that takes a second. A forgery passes
 * that: whether contributions and beacon are right takes minutes, which `readVerifiedCeremony` takes.
 *
 * @throws KeyError if the ceremony is not finished, has no beacon, leaves out a circuit, or a file is not the one that it was
 */
export async function readFinishedCeremony(folder: string): Promise<FinishedCeremony> {
	const text = await readFingerprint(folder);
	if (text === undefined) {
		throw new KeyError(`The ceremony in ${folder} is not finished`, {
			advice: "finish it with umpire ceremony finish.",
		});
	}
	try {
		const transcript = await readTranscript(folder);
		const fingerprint = fingerprintSchema.parse(JSON.parse(text));
		const { circuits, ...about } = fingerprint;
		if (!hasBeacon(transcript) || !isDeepStrictEqual(about, aboutTranscript(transcript))) {
			throw new KeyError(`${FINGERPRINT} is not that of the transcript`);
		}
		const read = async (circuit: CircuitName) => [
			circuit,
			await readCircuit(folder, circuit, circuits[circuit], transcript),
		];
		return {
			fingerprint: `0x${sha256Of(text)}`,
			isRehearsal: about.isRehearsal,
			contributors: about.contributors,
			beacon: about.beacon,
			circuits: Object.fromEntries(await Promise.all(CIRCUITS.map(read))),
		};
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		throw new KeyError(`The keys of the ceremony in ${folder} cannot be used: ${reason}`, { cause });
	}
}

async function readCircuit(
	folder: string,
	circuit: CircuitName,
	said: Fingerprint["circuits"][CircuitName],
	{ records, announcement }: Transcript,
): Promise<FinishedCircuit> {
	if (said === undefined) throw new KeyError(`it leaves out the circuit ${circuit}`);
	const names = finalNames(circuit);
	const contents = new Map<string, Buffer>();
	for (const name of Object.values(names)) {
		const content = await readFinal(folder, name);
		if (sha256Of(content) !== said.files[name])
			throw new KeyError(`final/${name} is not the one that it was`);
		contents.set(name, content);
	}
	const content = (name: string): Buffer => contents.get(name) ?? Buffer.alloc(0);
	if (said.files[names.zkey] !== records.at(-1)?.circuits[circuit]?.key)
		throw new KeyError(`final/${names.zkey} is not the beacon's key`);
	const provingKey = readProvingKey(content(names.zkey));
	requirePhaseOne(announcement.powersOfTau, provingKey);
	if (isWithoutSecret(provingKey)) throw new KeyError(`${names.zkey} has δ = γ`);
	const verificationKey = JSON.parse(content(names.verificationKey).toString()) as VerificationKey;
	assertPhase2(verificationKey);
	const exported = await withSnarkjs(() => exportVerificationKey(content(names.zkey)));
	if (!isDeepStrictEqual(exported, verificationKey)) {
		throw new KeyError(`final/${names.verificationKey} is not that of ${names.zkey}`);
	}
	const source = content(names.source).toString();
	if (source !== verifierSource(circuit, verificationKey)) {
		throw new KeyError(`final/${names.source} is not the verifier of ${names.verificationKey}`);
	}
	const code = parseCode(content(names.code).toString());
	if (!isDeepStrictEqual(code, await compiledVerifier(circuit, source))) {
		throw new KeyError(`final/${names.code} is not what ${names.source} is compiled to`);
	}
	const hashes = {
		creationCodeHash: codeHash(code.creationCode),
		runtimeCodeHash: codeHash(code.runtimeCode),
	};
	const verifier = { name: VERIFIER_NAMES[circuit], ...hashes };
	if (!isDeepStrictEqual(verifier, said.verifier))
		throw new KeyError(`final/${names.code} is another contract`);
	const pathOf = (name: string): string => join(folder, FINAL_FOLDER, name);
	const { r1cs, wasm, zkey } = names;
	return {
		files: { r1cs: pathOf(r1cs), wasm: pathOf(wasm), zkey: pathOf(zkey) },
		checksums: { r1cs: said.files[r1cs], wasm: said.files[wasm], zkey: said.files[zkey] },
		verificationKey,
		verifier: { ...verifier, source, creationCode: code.creationCode },
	};
}
