import type { Combination, Constraint, R1cs } from "./r1cs.ts";

/**
 * The wires that are not proved to follow uniquely from the inputs (public and private): empty
 * means that for given inputs there is at most one witness. Meant for circuits compiled without
 * optimisation: eliminating linear constraints changes no solution, but hides binary forms.
 *
 * Sound rules, applied until nothing changes, to constraints a·b = c where a and b are known:
 * 1. one unknown wire in c: it is known.
 * 2. several unknown wires in c, each of which a constraint w·(w − 1) = 0 makes 0 or 1, with
 *    coefficients k·2^i for one k and different i < 253: a number below the modulus has one
 *    binary form, so all are known.
 */
export function undetermined(r1cs: R1cs): number[] {
	const known = new Uint8Array(r1cs.wires);
	const firstInput = 1 + r1cs.outputs;
	known.fill(1, 0, 1);
	known.fill(1, firstInput, firstInput + r1cs.publicInputs + r1cs.privateInputs);

	const powers = new Map(Array.from({ length: 253 }, (_, i) => [1n << BigInt(i), i]));
	const binary = new Set(r1cs.constraints.flatMap((constraint) => binaryWire(constraint, r1cs.prime) ?? []));

	for (let changed = true; changed; ) {
		changed = false;
		for (const { a, b, c } of r1cs.constraints) {
			const unknown = unknownOf(c, known);
			if (unknown.length === 0 || unknownOf(a, known).length > 0 || unknownOf(b, known).length > 0) continue;
			if (unknown.length > 1) {
				if (!unknown.every((wire) => binary.has(wire))) continue;
				const coefficients = unknown.map((wire) => c.get(wire)!);
				if (!isBinaryForm(coefficients, r1cs.prime, powers)) continue;
			}
			for (const wire of unknown) known[wire] = 1;
			changed = true;
		}
	}
	return Array.from(known.keys()).filter((wire) => known[wire] === 0);
}

function unknownOf(combination: Combination, known: Uint8Array): number[] {
	return [...combination.keys()].filter((wire) => known[wire] === 0);
}

/** w, if the constraint is w·(w − 1) = 0. */
function binaryWire({ a, b, c }: Constraint, prime: bigint): number | undefined {
	if (c.size > 0) return undefined;
	const [single, other] = a.size === 1 ? [a, b] : [b, a];
	const [wire] = single.keys();
	const minusOne = prime - 1n;
	const factor = other.get(wire);
	const holds =
		single.size === 1 &&
		wire !== 0 &&
		other.size === 2 &&
		(factor === 1n || factor === minusOne) &&
		other.get(0) === (factor === 1n ? minusOne : 1n);
	return holds ? wire : undefined;
}

/** Whether the coefficients are one factor times different powers of two, whose sum does not wrap. */
function isBinaryForm(
	coefficients: readonly bigint[],
	prime: bigint,
	powers: ReadonlyMap<bigint, number>,
): boolean {
	return [1n, prime - 1n].some((factor) => {
		const exponents = coefficients.map((coefficient) => powers.get((coefficient * factor) % prime));
		return !exponents.includes(undefined) && new Set(exponents).size === exponents.length;
	});
}
