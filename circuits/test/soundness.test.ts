import { CIRCUITS, PUBLIC_SIGNALS } from "@umpire/prover/circuits.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CompiledCircuit, compiled } from "./circuit.ts";
import { undetermined } from "./determined.ts";
import { violations } from "./r1cs.ts";
import { CHANGES, someInput, violatedByChanges } from "./witness-attacks.ts";

const MAX_DOMAIN = 2 ** 14;

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

	test.each(CHANGES)("no signal can be changed alone by %s", (change) => {
		expect(violatedByChanges(optimised.r1cs, witness, change).free).toEqual([]);
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
