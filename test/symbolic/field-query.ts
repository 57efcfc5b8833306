import type { Combination, R1cs } from "../../circuits/test/r1cs.ts";

/** What is assumed of a system, and what is left out of it. */
export interface Assumptions {
	/** which inputs are 0 or 1: so many, from this one on */
	readonly firstBit: number;
	readonly bits: number;
	/** a constraint that is taken away */
	readonly left?: number;
}

/** In SMT-LIB: are there two witnesses with the same inputs? `unsat` says that there are not. */
export function bothWitnesses(r1cs: R1cs, { firstBit, bits, left }: Assumptions): string {
	const first = 1 + r1cs.outputs;
	const isInput = (wire: number): boolean =>
		wire >= first && wire < first + r1cs.publicInputs + r1cs.privateInputs;
	const nameOf = (wire: number, witness: string): string =>
		isInput(wire) ? `i${wire}` : `${witness}${wire}`;
	const number = (value: bigint): string => `(as ff${value} F)`;
	const termOf = (combination: Combination, witness: string): string => {
		const terms = [...combination].map(([wire, factor]) =>
			wire === 0 ? number(factor) : `(ff.mul ${number(factor)} ${nameOf(wire, witness)})`,
		);
		return terms.length === 0 ? number(0n) : terms.length === 1 ? terms[0] : `(ff.add ${terms.join(" ")})`;
	};
	const wires = Array.from({ length: r1cs.wires - 1 }, (_, i) => i + 1);
	const lines = ["(set-logic QF_FF)", `(define-sort F () (_ FiniteField ${r1cs.prime}))`];
	const names = new Set(wires.flatMap((wire) => [nameOf(wire, "a"), nameOf(wire, "b")]));
	for (const name of names) lines.push(`(declare-const ${name} F)`);
	for (let i = 0; i < bits; i++) {
		const bit = `i${first + firstBit + i}`;
		lines.push(`(assert (= (ff.mul ${bit} ${bit}) ${bit}))`);
	}
	for (const [i, { a, b, c }] of r1cs.constraints.entries()) {
		if (i === left) continue;
		for (const witness of ["a", "b"]) {
			const product = `(ff.mul ${termOf(a, witness)} ${termOf(b, witness)})`;
			lines.push(`(assert (= ${product} ${termOf(c, witness)}))`);
		}
	}
	const differ = wires.filter((wire) => !isInput(wire)).map((wire) => `(not (= a${wire} b${wire}))`);
	lines.push(
		differ.length === 1 ? `(assert ${differ[0]})` : `(assert (or ${differ.join(" ")}))`,
		"(check-sat)",
	);
	return lines.join("\n");
}
