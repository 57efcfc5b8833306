import { mkdtemp, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { keepInitialKey } from "./ceremony/initial-key.ts";
import { compileCircuit } from "./circom.ts";
import { CIRCUITS_FOLDER, type CircuitName, POWERS_OF_TAU, ROOT } from "./circuits.ts";
import { DEVELOPMENT_BEACON, hashFile, keyIdentity } from "./key-identity.ts";
import { ceremonyInUse } from "./keys-in-use.ts";
import { contributeBeacon, exportVerificationKey, newKey, withSnarkjs } from "./snarkjs.ts";
import { assertPhase2, KeyError, readVerificationKey } from "./verification-key.ts";

/** Where generated keys are kept, one folder per circuit and version; safe to delete. */
export const KEYS_FOLDER = `${ROOT}.umpire/keys`;

/** Where the SHA-256 of every generated file is committed. */
export const CHECKSUMS = `${CIRCUITS_FOLDER}keys/checksums.json`;

const STALE_AFTER_MILLISECONDS = 3_600_000;

/** What proving with a circuit needs, as paths. */
export interface KeyFiles {
	readonly r1cs: string;
	readonly wasm: string;
	readonly zkey: string;
}

/** SHA-256 of each key file. */
export type Checksums = { readonly [File in keyof KeyFiles]: string };

export interface KeyProgress {
	readonly circuit: CircuitName;
	/** What starts now. */
	readonly step: string;
	/** Steps done, of `steps`. */
	readonly done: number;
	readonly steps: number;
}

/**
 * The proving key of a circuit: of the ceremony in use (UMPIRE_CEREMONY), else the development key, generated once (about
 * a minute) and checked against the committed checksums and verification key. Several processes may call it at once, and one that is stopped
 * half-way leaves no key behind.
 *
 * @param folder below the repository's root
 * @throws KeyError if what was generated or found is not what the repository commits to
 */
export async function ensureKeys(
	circuit: CircuitName,
	onProgress?: (progress: KeyProgress) => void,
	folder = KEYS_FOLDER,
): Promise<KeyFiles> {
	const ceremony = await ceremonyInUse();
	// Its checksums were compared when it was read.
	if (ceremony !== undefined) return ceremony.circuits[circuit].files;
	const files = await generateKeys(circuit, onProgress, folder);
	const expected = (JSON.parse(await readFile(CHECKSUMS, "utf8")) as Record<CircuitName, Checksums>)[circuit];
	for (const [file, found] of Object.entries(await checksumsOf(files))) {
		if (found !== expected[file as keyof KeyFiles]) {
			throw new KeyError(
				`${files[file as keyof KeyFiles]} is not the file that circuits/keys/checksums.json names ` +
					"(damaged, or the circuits have changed). Delete its folder to generate it anew; after a " +
					"change of the circuits run node crates-ts/prover/src/generate-verifiers.ts",
			);
		}
	}
	await readVerificationKey(circuit);
	return files;
}

/** Generates the keys of the circuits as they are now, or finds them; checks nothing but γ ≠ δ. */
export async function generateKeys(
	circuit: CircuitName,
	onProgress: (progress: KeyProgress) => void = () => {},
	folder = KEYS_FOLDER,
): Promise<KeyFiles> {
	const target = `${folder}/${circuit}-${await keyIdentity()}`;
	if (!(await exists(target))) {
		await makeFolder(folder);
		await removeAbandoned(folder);
		const work = await mkdtemp(`${folder}/unfinished-`);
		try {
			await generateInto(work, circuit, onProgress);
			await rename(work, target).catch(async (cause) => {
				// another process was faster: its files are the same
				if (!(await exists(target))) throw cause;
			});
		} finally {
			await rm(work, { recursive: true, force: true });
		}
	}
	return keyFiles(target, circuit);
}

/** SHA-256 of the files. */
export async function checksumsOf(files: KeyFiles): Promise<Checksums> {
	return {
		r1cs: await hashFile(files.r1cs),
		wasm: await hashFile(files.wasm),
		zkey: await hashFile(files.zkey),
	};
}

async function generateInto(
	work: string,
	circuit: CircuitName,
	onProgress: (progress: KeyProgress) => void,
): Promise<void> {
	const files = keyFiles(work, circuit);
	const start = (step: string, done: number): void => onProgress({ circuit, step, done, steps: 4 });
	start("compile the circuit", 0);
	const compiled = await compileCircuit(circuit, work);
	await rename(compiled.wasm, files.wasm);
	await withSnarkjs(async () => {
		const uncontributed = `${work}/uncontributed.zkey`;
		start("compute the proving key", 1);
		await newKey(files.r1cs, POWERS_OF_TAU, uncontributed);
		start("contribute to it", 2);
		const { name, value, exponent } = DEVELOPMENT_BEACON;
		await contributeBeacon(uncontributed, files.zkey, name, value, exponent);
		// Rehearsals of ceremonies begin with the same key.
		const [r1cs, tau, initial] = await Promise.all([files.r1cs, POWERS_OF_TAU, uncontributed].map(readBytes));
		await keepInitialKey(circuit, r1cs, tau, initial);
		await rm(uncontributed);
		start("check it", 3);
		assertPhase2(await exportVerificationKey(files.zkey));
	});
	await rm(`${work}/${circuit}_js`, { recursive: true });
	for (const path of Object.values(files)) await flush(path);
	start("done", 4);
}

const readBytes = (path: string): Promise<Uint8Array> => readFile(path);

function keyFiles(folder: string, circuit: CircuitName): KeyFiles {
	return {
		r1cs: `${folder}/${circuit}.r1cs`,
		wasm: `${folder}/${circuit}.wasm`,
		zkey: `${folder}/${circuit}.zkey`,
	};
}

/** A rename may reach the disk before the contents do. */
async function flush(path: string): Promise<void> {
	const file = await open(path, "r+");
	await file.sync();
	await file.close();
}

/** What processes that were stopped half-way have left. */
async function removeAbandoned(folder: string): Promise<void> {
	for (const name of await readdir(folder)) {
		if (!name.startsWith("unfinished-")) continue;
		const path = `${folder}/${name}`;
		const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
		if (age > STALE_AFTER_MILLISECONDS) await rm(path, { recursive: true, force: true });
	}
}

async function exists(path: string): Promise<boolean> {
	return (await stat(path).catch(() => undefined)) !== undefined;
}
