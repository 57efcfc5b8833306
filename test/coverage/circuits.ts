import { CIRCUITS, type CircuitName } from "@umpire/prover/circuits.ts";
import { compiled } from "../../circuits/test/circuit.ts";
import { undetermined } from "../../circuits/test/determined.ts";
import { CHANGES, someInput, violatedByChanges } from "../../circuits/test/witness-attacks.ts";
import type { Share } from "./statements.ts";

/** What attacks on witnesses reach of one circuit. */
export interface CircuitCoverage {
	readonly circuit: CircuitName;
	/** signals, without optimisation, of which it is proved that they follow from the inputs */
	readonly unique: Share;
	/** signals that cannot be changed alone, by any of the amounts that are tried */
	readonly bound: Share;
	/** constraints that the change of one signal violates; the others multiply two zeros in an honest witness */
	readonly violated: Share;
}

/** Compiles both circuits, with and without optimisation. */
export async function circuitCoverage(): Promise<CircuitCoverage[]> {
	const found: CircuitCoverage[] = [];
	for (const circuit of CIRCUITS) {
		const { r1cs, witness } = await compiled(circuit, "coverage-O2");
		const plain = (await compiled(circuit, "coverage-O0", "--O0")).r1cs;
		const honest = witness(someInput(circuit));
		const changes = CHANGES.map((change) => violatedByChanges(r1cs, honest, change));
		const free = new Set(changes.flatMap((change) => change.free));
		const violated = new Set(changes.flatMap(({ constraints }) => [...constraints]));
		found.push({
			circuit,
			// Wire 0 is the constant 1.
			unique: { run: plain.wires - 1 - undetermined(plain).length, all: plain.wires - 1 },
			bound: { run: r1cs.wires - 1 - free.size, all: r1cs.wires - 1 },
			violated: { run: violated.size, all: r1cs.constraints.length },
		});
	}
	return found;
}
