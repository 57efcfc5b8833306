import type { Hex } from "@umpire/commitment/constants.ts";
import { type CircuitInput, type CircuitName, PUBLIC_SIGNALS } from "./circuits.ts";
import { ensureKeys, type KeyProgress } from "./keys.ts";
import { verificationKeyInUse } from "./keys-in-use.ts";
import { findNativeProver, type JsonProof, proveNatively } from "./native.ts";
import { decodeProof, encodeProof } from "./proof.ts";
import { proveWitness, verifyProof, withSnarkjs } from "./snarkjs.ts";
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

/** Native provers that failed or were wrong once: they are not tried again. */
const unfit = new Set<string>();

/**
 * Proves one part of a settlement (1 to 2 s on two cores; the first call of a checkout generates
 * the keys, about a minute), with a native prover where there is one, otherwise with snarkjs. A native prover is
 * foreign code and a wrong proof costs a dispute, so that its proofs are verified, and snarkjs stands in for one that fails.
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
	const wires = calculator.calculate(input);
	const witness = encodeWitness(wires);
	const { proof, publicSignals } =
		(await nativeProof(circuit, zkey, wires)) ?? (await withSnarkjs(() => proveWitness(zkey, witness)));
	return { proof: encodeProof(proof), publicSignals: publicSignals.map(BigInt) };
}

/** What a native prover makes, verified; undefined if there is none, or none that is fit. */
async function nativeProof(
	circuit: CircuitName,
	zkey: string,
	wires: readonly bigint[],
): Promise<JsonProof | undefined> {
	const prover = await findNativeProver();
	if (prover === undefined || unfit.has(prover)) return undefined;
	try {
		const made = await proveNatively(prover, zkey, encodeWitness(wires));
		const signals = made.publicSignals.map(BigInt);
		// The wires begin with the constant 1, then come the public signals.
		const areMeant = signals.every((signal, i) => signal === wires[i + 1]);
		if (!areMeant || !(await verify(circuit, encodeProof(made.proof), signals)))
			throw new Error("its proof is wrong");
		return made;
	} catch (error) {
		unfit.add(prover);
		const reason = error instanceof Error ? error.message : String(error);
		process.emitWarning(`The native prover ${prover} is not used: ${reason.trim()}`);
		return undefined;
	}
}

/**
 * The public signals of a proof about this input, without proving it: what a proof that somebody else made has to be of.
 *
 * @throws WitnessError if the input has no valid witness
 */
export async function publicSignalsOf(circuit: CircuitName, input: CircuitInput): Promise<bigint[]> {
	const { calculator } = await load(circuit);
	// The wires begin with the constant 1, then come the public signals.
	return calculator.calculate(input).slice(1, 1 + PUBLIC_SIGNALS[circuit]);
}

/** Whether a proof is valid for these public signals, under the verification key in use. */
export async function verify(
	circuit: CircuitName,
	proof: Hex,
	publicSignals: readonly bigint[],
): Promise<boolean> {
	const key = await verificationKeyInUse(circuit);
	if (publicSignals.length !== key.nPublic) {
		throw new RangeError(
			`Circuit ${circuit} has ${key.nPublic} public signals, found ${publicSignals.length}`,
		);
	}
	return withSnarkjs(() => verifyProof(key, publicSignals.map(String), decodeProof(proof)));
}
