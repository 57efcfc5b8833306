import { groth16, zKey } from "snarkjs";

/** The only file that touches snarkjs, which ships no types. Everything here runs inside `withSnarkjs`. */

type Point = readonly [string, string, string];
type Point2 = readonly [readonly [string, string], readonly [string, string], readonly [string, string]];

/** A Groth16 verification key in snarkjs's JSON: decimal strings, points in projective coordinates. */
export interface VerificationKey {
	readonly protocol: string;
	readonly curve: string;
	readonly nPublic: number;
	readonly vk_alpha_1: Point;
	readonly vk_beta_2: Point2;
	readonly vk_gamma_2: Point2;
	readonly vk_delta_2: Point2;
	readonly IC: readonly Point[];
}

/** A Groth16 proof in snarkjs's JSON. */
export interface SnarkjsProof {
	readonly pi_a: Point;
	readonly pi_b: Point2;
	readonly pi_c: Point;
	readonly protocol: string;
	readonly curve: string;
}

/** snarkjs reports many failures to its logger only. */
class ErrorLog {
	readonly messages: string[] = [];
	info(): void {}
	debug(): void {}
	warn(): void {}
	error(message: unknown): void {
		this.messages.push(String(message));
	}
	check(what: string, result: unknown): void {
		if (this.messages.length > 0 || result === -1 || result === false) {
			throw new Error(`${what} failed: ${this.messages.join("; ") || "snarkjs gave no reason"}`);
		}
	}
}

let queue: Promise<void> = Promise.resolve();
let waiting = 0;

/**
 * Runs one job at a time, so that memory stays that of one proof, and ends snarkjs's worker
 * threads when the last job is done: they would keep the process alive.
 */
export async function withSnarkjs<T>(job: () => Promise<T>): Promise<T> {
	waiting++;
	const before = queue;
	let release = (): void => {};
	queue = new Promise((resolve) => {
		release = resolve;
	});
	await before;
	try {
		return await job();
	} finally {
		waiting--;
		if (waiting === 0) await endThreads();
		release();
	}
}

async function endThreads(): Promise<void> {
	const { curve_bn128 } = globalThis as { curve_bn128?: { terminate(): Promise<void> } | null };
	await curve_bn128?.terminate();
}

/** A proving key without any phase-2 contribution: forgeable by anyone, only a step on the way. */
export async function newKey(r1cs: string, powersOfTau: string, zkey: string): Promise<void> {
	const log = new ErrorLog();
	log.check("The set-up", await zKey.newZKey(r1cs, powersOfTau, zkey, log));
}

/** Contributes to phase 2 from a published random beacon (hexadecimal, 2^exponent rounds of SHA-256). */
export async function contributeBeacon(
	from: string,
	to: string,
	name: string,
	beacon: string,
	exponent: number,
): Promise<void> {
	const log = new ErrorLog();
	log.check("The contribution", await zKey.beacon(from, to, name, beacon, exponent, log));
}

/** Files are paths, or their bytes. */
type File = string | Uint8Array;
const input = (file: File) => (typeof file === "string" ? file : { type: "mem", data: file });

/** What snarkjs writes where it is given no path. */
async function output(write: (file: object) => Promise<unknown>): Promise<Uint8Array> {
	const file: { type: string; data?: Uint8Array } = { type: "mem" };
	await write(file);
	if (file.data === undefined) throw new Error("snarkjs wrote nothing");
	return file.data;
}

/** `newKey` in memory. */
export async function newKeyBytes(r1cs: File, powersOfTau: File): Promise<Uint8Array> {
	const log = new ErrorLog();
	return output(async (file) =>
		log.check("The set-up", await zKey.newZKey(input(r1cs), input(powersOfTau), file, log)),
	);
}

/**
 * Contributes to phase 2 with a secret that exists in memory only.
 *
 * @param entropy hashed together with 64 random bytes of the operating system or browser; not empty
 */
export async function contribute(from: Uint8Array, name: string, entropy: string): Promise<Uint8Array> {
	const log = new ErrorLog();
	return output(async (file) =>
		log.check("The contribution", await zKey.contribute(input(from), file, name, entropy, log)),
	);
}

/** `contributeBeacon` in memory. */
export async function contributeBeaconBytes(
	from: Uint8Array,
	name: string,
	beacon: string,
	exponent: number,
): Promise<Uint8Array> {
	const log = new ErrorLog();
	return output(async (file) =>
		log.check("The contribution", await zKey.beacon(input(from), file, name, beacon, exponent, log)),
	);
}

/**
 * Whether a key came from `initial` by its contributions.
 *
 * @returns undefined if it did, else what snarkjs found
 */
export async function findWrongKey(
	initial: Uint8Array,
	powersOfTau: Uint8Array,
	zkey: Uint8Array,
): Promise<string | undefined> {
	const log = new ErrorLog();
	const { log: print } = console;
	// It prints what is wrong with a contribution, and only that, to the console.
	console.log = (message: unknown) => log.error(message);
	try {
		const isRight = await zKey.verifyFromInit(input(initial), input(powersOfTau), input(zkey), log);
		return isRight === true && log.messages.length === 0
			? undefined
			: log.messages.map((message) => message.trim()).join("; ") || "snarkjs gave no reason";
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	} finally {
		console.log = print;
	}
}

export async function exportVerificationKey(zkey: File): Promise<VerificationKey> {
	return (await zKey.exportVerificationKey(input(zkey))) as VerificationKey;
}

/** @param witness the bytes of a .wtns file */
export async function proveWitness(
	zkey: string,
	witness: Uint8Array,
): Promise<{ proof: SnarkjsProof; publicSignals: string[] }> {
	return await groth16.prove(zkey, { type: "mem", data: witness });
}

export async function verifyProof(
	key: VerificationKey,
	publicSignals: readonly string[],
	proof: SnarkjsProof,
): Promise<boolean> {
	return (await groth16.verify(key, publicSignals, proof)) as boolean;
}
