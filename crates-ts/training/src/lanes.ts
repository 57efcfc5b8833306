import type { Dropout } from "./prepare.ts";
import type { Tape } from "./tape.ts";

/** The modulus of MINSTD (Park and Miller 1988), x ← 48271·x mod 2^31 − 1. */
const MODULUS = 2 ** 31 - 1;
const FACTOR = 48271;
/** Schrage's method: with these, no number on the way leaves 32 bits. */
const QUOTIENT = Math.floor(MODULUS / FACTOR);
const REMAINDER = MODULUS % FACTOR;

/** The lanes after one draw. */
export function drawn(tape: Tape, lanes: string): string {
	const whole = (value: number): string => tape.scalar("int64", value);
	const high = tape.div(lanes, whole(QUOTIENT));
	const low = tape.sub(lanes, tape.mul(high, whole(QUOTIENT)));
	const next = tape.sub(tape.mul(low, whole(FACTOR)), tape.mul(high, whole(REMAINDER)));
	const positive = tape.compare("Greater", next, whole(0));
	// Added to what needs it alone: the sum stays within 32 bits too.
	return tape.add(next, tape.where(positive, whole(0), whole(MODULUS)));
}

/** Which elements a dropout keeps in this step: those whose lanes are not among the lowest. */
export function keptBy(tape: Tape, lanes: string, ratio: number): string {
	return tape.compare("GreaterOrEqual", lanes, tape.scalar("int64", Math.round(ratio * MODULUS)));
}

/** What lanes begin as: 1 … 2^31 − 2, from a seed, another row of numbers for each dropout. */
export function seeded({ shape }: Dropout, seed: number, index: number): BigInt64Array {
	let state = (Math.imul(seed, 0x9e3779b1) + Math.imul(index + 1, 0x85ebca6b)) >>> 0;
	return BigInt64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
		// splitmix32
		state = (state + 0x9e3779b9) >>> 0;
		let t = state ^ (state >>> 16);
		t = Math.imul(t, 0x21f0aaad);
		t = Math.imul(t ^ (t >>> 15), 0x735a2d97);
		return BigInt(1 + (((t ^ (t >>> 15)) >>> 0) % (MODULUS - 1)));
	});
}
