import type { Hex } from "@umpire/commitment/constants.ts";
import type { CircuitInput, CircuitName } from "./circuits.ts";
import { ensureKeys, type KeyFiles, type KeyProgress } from "./keys.ts";
import { decodeProof, encodeProof } from "./proof.ts";
import { calculateWitness, proveWitness, verifyProof, withSnarkjs } from "./snarkjs.ts";
import { readVerificationKey } from "./verification-key.ts";

/** The inputs of a circuit satisfy no witness: a part of it is wrong. */
export class WitnessError extends Error {
	override readonly name = "WitnessError";
}

const ready = new Map<CircuitName, Promise<KeyFiles>>();

/** The checked key files of a circuit, once per process. A failure is not remembered. */
function keysOf(circuit: CircuitName, onProgress?: (progress: KeyProgress) => void): Promise<KeyFiles> {
	const known = ready.get(circuit);
	if (known !== undefined) return known;
	const keys = ensureKeys(circuit, onProgress);
	ready.set(circuit, keys);
	keys.catch(() => ready.delete(circuit));
	return keys;
}

/**
 * Proves one part of a settlement (1 to 2 s on two cores; the first call of a checkout generates
 * the keys, about a minute).
 *
 * @example const { proof, publicSignals } = await prove("dot", dotInput(opening, poseidon5));
 * @returns the proof as the verifier's uint256[8], and the public signals in its order
 * @throws WitnessError if the input has no valid witness
 */
export async function prove(
	circuit: CircuitName,
	input: CircuitInput,
	onProgress?: (progress: KeyProgress) => void,
): Promise<{ proof: Hex; publicSignals: bigint[] }> {
	const { wasm, zkey } = await keysOf(circuit, onProgress);
	return withSnarkjs(async () => {
		const witness = await calculateWitness(wasm, input).catch((cause) => {
			throw new WitnessError(`The input of circuit ${circuit} has no valid witness: ${cause}`, { cause });
		});
		const { proof, publicSignals } = await proveWitness(zkey, witness);
		return { proof: encodeProof(proof), publicSignals: publicSignals.map(BigInt) };
	});
}

/** Whether a proof is valid for these public signals, under the committed verification key. */
export async function verify(
	circuit: CircuitName,
	proof: Hex,
	publicSignals: readonly bigint[],
): Promise<boolean> {
	const key = await readVerificationKey(circuit);
	if (publicSignals.length !== key.nPublic) {
		throw new RangeError(
			`Circuit ${circuit} has ${key.nPublic} public signals, found ${publicSignals.length}`,
		);
	}
	return withSnarkjs(() => verifyProof(key, publicSignals.map(String), decodeProof(proof)));
}
