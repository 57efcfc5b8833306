import { mkdtemp, readFile, rm } from "node:fs/promises";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { compileCircuit } from "../circom.ts";
import type { CircuitName } from "../circuits.ts";
import { version } from "../key-identity.ts";
import { newKeyBytes, withSnarkjs } from "../snarkjs.ts";
import { readProvingKey } from "./proving-key.ts";
import { FOLDER, remembered } from "./remembered.ts";
import { sha256Of } from "./transcript.ts";

/** A circuit, compiled here and now, and the key that nobody has contributed to. */
export interface InitialKey {
	readonly r1cs: Uint8Array;
	readonly wasm: Uint8Array;
	readonly zkey: Uint8Array;
	readonly circuitHash: string;
}

/** Compiled once in a process: the circuits do not change meanwhile. */
const compiled = new Map<CircuitName, Promise<{ r1cs: Uint8Array; wasm: Uint8Array }>>();

/**
 * Compiles a circuit (3 s) and computes its initial key, which follows from the circuit and phase 1 alone (20 s for
 * `elements`, a minute for `dot`; a second where this machine has done it before).
 *
 * @param powersOfTau the checked result of phase 1
 */
export async function initialKey(circuit: CircuitName, powersOfTau: Uint8Array): Promise<InitialKey> {
	const circuits = compiled.get(circuit) ?? compile(circuit);
	compiled.set(circuit, circuits);
	circuits.catch(() => compiled.delete(circuit));
	const { r1cs, wasm } = await circuits;
	const zkey = await remembered(await nameOf(circuit, r1cs, powersOfTau), () =>
		withSnarkjs(() => newKeyBytes(r1cs, powersOfTau)),
	);
	return { r1cs, wasm, zkey, circuitHash: readProvingKey(zkey).circuitHash };
}

/** Keeps what somebody else has computed, for `initialKey` of the same circuit and phase 1. */
export async function keepInitialKey(
	circuit: CircuitName,
	r1cs: Uint8Array,
	powersOfTau: Uint8Array,
	zkey: Uint8Array,
): Promise<void> {
	await remembered(await nameOf(circuit, r1cs, powersOfTau), async () => zkey);
}

async function nameOf(circuit: CircuitName, r1cs: Uint8Array, powersOfTau: Uint8Array): Promise<string> {
	const parts = [await version("snarkjs"), sha256Of(r1cs), sha256Of(powersOfTau)];
	return `${circuit}-${sha256Of(parts.join(" ")).slice(0, 16)}.zkey`;
}

async function compile(circuit: CircuitName): Promise<{ r1cs: Uint8Array; wasm: Uint8Array }> {
	await makeFolder(FOLDER);
	const work = await mkdtemp(`${FOLDER}/unfinished-`);
	try {
		const files = await compileCircuit(circuit, work);
		return { r1cs: await readFile(files.r1cs), wasm: await readFile(files.wasm) };
	} finally {
		await rm(work, { recursive: true, force: true });
	}
}
