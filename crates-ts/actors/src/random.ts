import { randomInt } from "node:crypto";

/** Numbers 0 ≤ x < 1. */
export type Random = () => number;

/** A seed for `seededRandom`, drawn by the system; printed so that a run can be repeated. */
export function drawSeed(): number {
	return randomInt(2 ** 31);
}

/** mulberry32: the same numbers for the same seed on every machine. Not for secrets. */
export function seededRandom(seed: number): Random {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** A whole number 0 ≤ n < `end`. */
export function randomBelow(random: Random, end: number): number {
	return Math.floor(random() * end);
}
