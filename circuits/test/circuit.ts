import { mkdir } from "node:fs/promises";
import { LANES, type Width, WORDS_PER_LEAF } from "@umpire/commitment/constants.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { compileCircuit } from "@umpire/prover/circom.ts";
import { type CircuitInput, type CircuitName, ROOT } from "@umpire/prover/circuits.ts";
import type { LeafHash } from "@umpire/prover/openings.ts";
import { WitnessCalculator } from "@umpire/prover/witness.ts";
import fc from "fast-check";
import { type R1cs, readR1cs } from "./r1cs.ts";

export const ADDRESS = "0x00000000000000000000000000000000deadbeef";

/** A compiled circuit: its constraints and its witness calculator. */
export interface CompiledCircuit {
	readonly r1cs: R1cs;
	/** All wires; throws if the input has no witness. */
	witness(input: CircuitInput): bigint[];
}

/** Compiles a circuit into a folder of its own, named by the test file that uses it. */
export async function compiled(
	circuit: CircuitName,
	user: string,
	optimisation: "--O0" | "--O2" = "--O2",
): Promise<CompiledCircuit> {
	const folder = `${ROOT}.umpire/test-circuits/${user}`;
	await mkdir(folder, { recursive: true });
	const { r1cs, wasm } = await compileCircuit(circuit, folder, optimisation);
	const calculator = await WitnessCalculator.load(wasm);
	return { r1cs: readR1cs(r1cs), witness: (input) => calculator.calculate(input) };
}

/** The digest of a leaf. */
export async function leafHash(): Promise<LeafHash> {
	const poseidon = await loadPoseidon();
	return (words) => poseidon.poseidon5(words);
}

/** Elements of a width, the extremes more often than chance. */
export function element(width: Width): fc.Arbitrary<number> {
	const half = 2 ** (width - 1);
	return fc.oneof(fc.integer({ min: -half, max: half - 1 }), fc.constantFrom(-half, half - 1, -1, 0, 1));
}

/** Five words with all lanes of a width taken, and their elements. */
export function leaf(width: Width): fc.Arbitrary<{ words: bigint[]; elements: number[] }> {
	const count = LANES[width] * WORDS_PER_LEAF;
	return fc.array(element(width), { minLength: count, maxLength: count }).map((elements) => ({
		elements,
		words: Array.from({ length: WORDS_PER_LEAF }, (_, word) => {
			const lanes = elements.slice(word * LANES[width], (word + 1) * LANES[width]);
			return lanes.reduceRight((sum, v) => (sum << BigInt(width)) + BigInt(v + 2 ** (width - 1)), 0n);
		}),
	}));
}
