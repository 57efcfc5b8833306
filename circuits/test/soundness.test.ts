import { CIRCUITS, type CircuitInput, type CircuitName, PUBLIC_SIGNALS } from "@umpire/prover/circuits.ts";
import { dotInput, elementsInput } from "@umpire/prover/openings.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ADDRESS, type CompiledCircuit, compiled, leaf, leafHash } from "./circuit.ts";
import { undetermined } from "./determined.ts";
import { evaluate, type R1cs, violations } from "./r1cs.ts";

const MAX_DOMAIN = 2 ** 14;
const hash = await leafHash();

/** An input that uses every slot and read, and several widths. */
function someInput(circuit: CircuitName): CircuitInput {
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

/** Which wires can be changed alone, by `delta`, without violating any constraint. */
function freeWires(r1cs: R1cs, witness: readonly bigint[], delta: bigint): number[] {
	const bound = new Uint8Array(r1cs.wires);
	for (const { a, b, c } of r1cs.constraints) {
		const [valueA, valueB, valueC] = [evaluate(a, witness), evaluate(b, witness), evaluate(c, witness)];
		for (const wire of new Set([...a.keys(), ...b.keys(), ...c.keys()])) {
			const changedA = valueA + (a.get(wire) ?? 0n) * delta;
			const changedB = valueB + (b.get(wire) ?? 0n) * delta;
			const changedC = valueC + (c.get(wire) ?? 0n) * delta;
			if ((changedA * changedB - changedC) % r1cs.prime !== 0n) bound[wire] = 1;
		}
	}
	return Array.from(bound.keys()).filter((wire) => wire > 0 && bound[wire] === 0);
}

describe.each(CIRCUITS)("circuit %s", (circuit) => {
	let optimised: CompiledCircuit;
	let plain: CompiledCircuit;
	let witness: bigint[];

	test("compiles, and fits the domain with its public signals", async () => {
		optimised = await compiled(circuit, "soundness-O2");
		plain = await compiled(circuit, "soundness-O0", "--O0");
		const { constraints, outputs, publicInputs } = optimised.r1cs;
		expect(outputs + publicInputs).toBe(PUBLIC_SIGNALS[circuit]);
		expect(constraints.length + outputs + publicInputs + 1).toBeLessThanOrEqual(MAX_DOMAIN);
	});

	test("the witness of an honest input satisfies every constraint", () => {
		witness = optimised.witness(someInput(circuit));
		expect(violations(optimised.r1cs, witness)).toEqual([]);
	});

	test("every signal follows from the inputs: there is one witness at most", () => {
		expect(undetermined(plain.r1cs)).toEqual([]);
	});

	test.each([1n, -1n, 2n ** 200n + 12345n])("no signal can be changed alone by %s", (delta) => {
		expect(freeWires(optimised.r1cs, witness, delta)).toEqual([]);
	});
});

test("the proof of uniqueness notices missing constraints, but for those that only check", async () => {
	const { r1cs } = await compiled("elements", "soundness-missing", "--O0");
	const missing = fc.sample(fc.nat(r1cs.constraints.length - 1), { numRuns: 40, seed: 1 });
	const unnoticed = missing.filter(
		(index) =>
			undetermined({ ...r1cs, constraints: r1cs.constraints.filter((_, i) => i !== index) }).length === 0,
	);
	expect(unnoticed.length).toBeLessThan(4);
});
