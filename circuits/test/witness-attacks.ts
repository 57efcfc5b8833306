import type { CircuitInput, CircuitName } from "@umpire/prover/circuits.ts";
import { dotInput, elementsInput } from "@umpire/prover/openings.ts";
import fc from "fast-check";
import { ADDRESS, leaf, leafHash } from "./circuit.ts";
import { evaluate, type R1cs } from "./r1cs.ts";

const hash = await leafHash();

/** By how much a signal of a witness is changed. */
export const CHANGES = [1n, -1n, 2n ** 200n + 12345n] as const;

/** An input that uses every slot and read, and several widths. */
export function someInput(circuit: CircuitName): CircuitInput {
	const words = (width: 8 | 16 | 32, seed: number): bigint[] =>
		fc.sample(leaf(width), { numRuns: 1, seed })[0].words;
	if (circuit === "elements") {
		const widths = [8, 16, 32, 8] as const;
		const reads = widths.map((width, t) => ({ width, words: words(width, t), word: t, lane: 6 - t }));
		return elementsInput({ reads, beneficiary: ADDRESS }, hash);
	}
	const slots = Array.from({ length: 12 }, (_, i) => ({
		xWord: i,
		xLane: i % 4,
		wWord: 14 - i,
		wLane: (3 * i) % 16,
		length: 11,
	}));
	const [x, w] = [1, 2, 3].reduce<[bigint[][], bigint[][]]>(
		([xs, ws], seed) => [
			[...xs, words(16, seed)],
			[...ws, words(8, -seed)],
		],
		[[], []],
	);
	return dotInput({ xWidth: 16, wWidth: 8, xLeaves: x, wLeaves: w, slots, beneficiary: ADDRESS }, hash);
}

/** What happens when each signal of a witness is changed alone. */
export interface Violated {
	/** signals whose change violates nothing */
	readonly free: readonly number[];
	/** constraints that some signal's change violates, by index */
	readonly constraints: ReadonlySet<number>;
}

export function violatedByChanges(r1cs: R1cs, witness: readonly bigint[], change: bigint): Violated {
	const bound = new Uint8Array(r1cs.wires);
	const constraints = new Set<number>();
	for (const [i, { a, b, c }] of r1cs.constraints.entries()) {
		const [valueA, valueB, valueC] = [evaluate(a, witness), evaluate(b, witness), evaluate(c, witness)];
		for (const wire of new Set([...a.keys(), ...b.keys(), ...c.keys()])) {
			const changedA = valueA + (a.get(wire) ?? 0n) * change;
			const changedB = valueB + (b.get(wire) ?? 0n) * change;
			const changedC = valueC + (c.get(wire) ?? 0n) * change;
			if ((changedA * changedB - changedC) % r1cs.prime === 0n) continue;
			bound[wire] = 1;
			// Wire 0 is the constant 1, which nobody can change.
			if (wire > 0) constraints.add(i);
		}
	}
	const free = Array.from(bound.keys()).filter((wire) => wire > 0 && bound[wire] === 0);
	return { free, constraints };
}
