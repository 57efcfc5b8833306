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

export async function exportVerificationKey(zkey: string): Promise<VerificationKey> {
	return (await zKey.exportVerificationKey(zkey)) as VerificationKey;
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
