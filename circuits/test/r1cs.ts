import { readFileSync } from "node:fs";

/** A linear combination: coefficients by wire. Wire 0 is the constant 1. */
export type Combination = ReadonlyMap<number, bigint>;

/** a·b = c in the field. */
export interface Constraint {
	readonly a: Combination;
	readonly b: Combination;
	readonly c: Combination;
}

/** A rank-1 constraint system: wires are 1, outputs, public inputs, private inputs, the rest. */
export interface R1cs {
	readonly prime: bigint;
	readonly wires: number;
	readonly outputs: number;
	readonly publicInputs: number;
	readonly privateInputs: number;
	readonly constraints: readonly Constraint[];
}

const HEADER = 1;
const CONSTRAINTS = 2;

/** Reads a .r1cs file (https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md). */
export function readR1cs(path: string): R1cs {
	const bytes = readFileSync(path);
	const sections = new Map<number, number>();
	let at = 12;
	for (let left = bytes.readUInt32LE(8); left > 0; left--) {
		sections.set(bytes.readUInt32LE(at), at + 12);
		at += 12 + Number(bytes.readBigUInt64LE(at + 4));
	}
	const header = sections.get(HEADER)!;
	const size = bytes.readUInt32LE(header);
	const counts = header + 4 + size;
	at = sections.get(CONSTRAINTS)!;
	const combination = (): Combination => {
		const terms = new Map<number, bigint>();
		const length = bytes.readUInt32LE(at);
		at += 4;
		for (let i = 0; i < length; i++) {
			terms.set(bytes.readUInt32LE(at), readField(bytes, at + 4, size));
			at += 4 + size;
		}
		return terms;
	};
	return {
		prime: readField(bytes, header + 4, size),
		wires: bytes.readUInt32LE(counts),
		outputs: bytes.readUInt32LE(counts + 4),
		publicInputs: bytes.readUInt32LE(counts + 8),
		privateInputs: bytes.readUInt32LE(counts + 12),
		constraints: Array.from({ length: bytes.readUInt32LE(counts + 24) }, () => ({
			a: combination(),
			b: combination(),
			c: combination(),
		})),
	};
}

function readField(bytes: Buffer, at: number, size: number): bigint {
	let value = 0n;
	for (let i = size - 8; i >= 0; i -= 8) value = (value << 64n) | bytes.readBigUInt64LE(at + i);
	return value;
}

/** The value of a combination, not reduced. */
export function evaluate(combination: Combination, witness: readonly bigint[]): bigint {
	let sum = 0n;
	for (const [wire, coefficient] of combination) sum += coefficient * witness[wire];
	return sum;
}

/** The constraints that a witness violates, by index. */
export function violations({ constraints, prime }: R1cs, witness: readonly bigint[]): number[] {
	return constraints.flatMap(({ a, b, c }, i) =>
		(evaluate(a, witness) * evaluate(b, witness) - evaluate(c, witness)) % prime === 0n ? [] : [i],
	);
}
