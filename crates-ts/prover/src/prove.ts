import type { Hex } from "@umpire/commitment/constants.ts";
import type { CircuitInput, CircuitName } from "./circuits.ts";
import { ensureKeys, type KeyProgress } from "./keys.ts";
import { decodeProof, encodeProof } from "./proof.ts";
import { proveWitness, verifyProof, withSnarkjs } from "./snarkjs.ts";
import { readVerificationKey } from "./verification-key.ts";
import { encodeWitness, WitnessCalculator } from "./witness.ts";

/** What proving needs, loaded once per process. */
interface Ready {
	readonly calculator: WitnessCalculator;
	readonly zkey: string;
}

const ready = new Map<CircuitName, Promise<Ready>>();

/** A failure is not remembered: a full disk may have been cleared. */
function load(circuit: CircuitName, onProgress?: (progress: KeyProgress) => void): Promise<Ready> {
	const known = ready.get(circuit);
	if (known !== undefined) return known;
	const loading = ensureKeys(circuit, onProgress).then(async ({ wasm, zkey }) => ({
		calculator: await WitnessCalculator.load(wasm),
		zkey,
	}));
	ready.set(circuit, loading);
	loading.catch(() => ready.delete(circuit));
	return loading;
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
	const { calculator, zkey } = await load(circuit, onProgress);
	const witness = encodeWitness(calculator.calculate(input));
	const { proof, publicSignals } = await withSnarkjs(() => proveWitness(zkey, witness));
	return { proof: encodeProof(proof), publicSignals: publicSignals.map(BigInt) };
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
