import type { Combination, Constraint, R1cs } from "./r1cs.ts";

/**
 * The wires that are not proved to follow uniquely from the inputs (public and private): empty
 * means that for given inputs there is at most one witness.
 *
 * Sound rules, applied until nothing changes (a wire is known if it is determined):
 * 1. a·b = c with one unknown wire, which occurs in c only: it is known.
 * 2. l·(l − 1) = 0 for a combination l: l is 0 or 1.
 * 3. a linear relation whose unknowns are all 0 or 1, with coefficients k·2^i for different
 *    i < 253: a number below the modulus has one binary form, so all are known. Relations are the
 *    constraints whose unknowns occur in c only, and the l of rule 2 itself (l − that bit = 0).
 */
export function undetermined(r1cs: R1cs): number[] {
	const known = new Uint8Array(r1cs.wires);
	known.fill(1, 0, 1);
	const firstInput = 1 + r1cs.outputs;
	known.fill(1, firstInput, firstInput + r1cs.publicInputs + r1cs.privateInputs);

	const powers = new Map<bigint, number>();
	for (let i = 0, power = 1n; i < 253; i++, power *= 2n) powers.set(power, i);
	const bits = r1cs.constraints.flatMap((constraint) => bitOf(constraint, r1cs.prime) ?? []);
	const binary = new Set(bits.flatMap((bit) => singleWire(bit) ?? []));

	const settle = (unknown: readonly number[], coefficients: readonly bigint[]): boolean => {
		if (unknown.length === 0) return false;
		if (unknown.length > 1 || coefficients.length > 1) {
			if (!unknown.every((wire) => binary.has(wire))) return false;
			if (!isBinaryForm(coefficients, r1cs.prime, powers)) return false;
		}
		for (const wire of unknown) known[wire] = 1;
		return true;
	};

	for (let changed = true; changed; ) {
		changed = false;
		for (const { a, b, c } of r1cs.constraints) {
			const unknown = unknownOf(c, known);
			if (unknown.length === 0 || unknownOf(a, known).length > 0 || unknownOf(b, known).length > 0) continue;
			if (settle(unknown, unknown.map((wire) => c.get(wire)!))) changed = true;
		}
		for (const bit of bits) {
			const unknown = unknownOf(bit, known);
			if (unknown.length < 1 || singleWire(bit) !== undefined) continue;
			const coefficients = [...unknown.map((wire) => bit.get(wire)!), r1cs.prime - 1n];
			if (settle(unknown, coefficients)) changed = true;
		}
	}
	return Array.from(known.keys()).filter((wire) => known[wire] === 0);
}

function unknownOf(combination: Combination, known: Uint8Array): number[] {
	const unknown: number[] = [];
	for (const wire of combination.keys()) if (known[wire] === 0) unknown.push(wire);
	return unknown;
}

/** l, if the constraint is l·(l − 1) = 0 up to constant factors. */
function bitOf({ a, b, c }: Constraint, prime: bigint): Combination | undefined {
	if (c.size > 0) return undefined;
	for (const [l, other] of [
		[a, b],
		[b, a],
	]) {
		const wire = [...l.keys()].find((key) => key !== 0);
		if (wire === undefined || !other.has(wire)) continue;
		// other = factor·(l − 1)?
		const factor = divide(other.get(wire)!, l.get(wire)!, prime);
		const wires = new Set([0, ...l.keys(), ...other.keys()]);
		const holds = [...wires].every((key) => {
			const expected = factor * ((l.get(key) ?? 0n) - (key === 0 ? 1n : 0n));
			return (expected - (other.get(key) ?? 0n)) % prime === 0n;
		});
		if (holds) return l;
	}
	return undefined;
}

/** The wire of a combination that is just this wire. */
function singleWire(combination: Combination): number | undefined {
	const [[wire, coefficient]] = combination;
	return combination.size === 1 && coefficient === 1n && wire !== 0 ? wire : undefined;
}

/** Whether the coefficients are one factor times different powers of two, whose sum does not wrap. */
function isBinaryForm(
	coefficients: readonly bigint[],
	prime: bigint,
	powers: ReadonlyMap<bigint, number>,
): boolean {
	return coefficients.some((base) => {
		const inverse = divide(1n, base, prime);
		const exponents = new Set<number>();
		for (const coefficient of coefficients) {
			const exponent = powers.get((coefficient * inverse) % prime);
			if (exponent === undefined || exponents.has(exponent)) return false;
			exponents.add(exponent);
		}
		return true;
	});
}

/** numerator / denominator in the field, by the extended Euclidean algorithm. */
function divide(numerator: bigint, denominator: bigint, prime: bigint): bigint {
	let [r0, r1] = [prime, denominator];
	let [t0, t1] = [0n, 1n];
	while (r1 !== 0n) {
		const quotient = r0 / r1;
		[r0, r1] = [r1, r0 - quotient * r1];
		[t0, t1] = [t1, t0 - quotient * t1];
	}
	return (((numerator * t0) % prime) + prime) % prime;
}
