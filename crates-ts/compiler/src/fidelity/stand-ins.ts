/** Numbers this many times as large as all others stand for infinity, as the compiler takes them (passes/infinity). */
const BEYOND = 2 ** 16;
/** No number below this stands for infinity. */
const LEAST = 1e4;
/** Numbers from here on are written for infinity alone; below it a number may be meant. */
const CERTAIN = 1e8;
/** A number that may be meant has to be found within this share of itself. */
const CLOSE = 0.01;

/** Magnitudes from here on are those of masks. */
const MASK = 3.4e38;

/** The lowest and highest float32 stand for −∞ and ∞, which no tensor of integers holds. */
export function isMask(value: number): boolean {
	return Math.abs(value) > MASK && Math.abs(value) < 3.5e38;
}

/**
 * The places of an output at which the reference has a number that stands for −∞ or ∞ (−1e9 in masked scores) and
 * another is found in its place that is as far beyond all others: what a program has there is a number with a
 * place in the order, not with a size.
 */
export function standIns(
	reference: ArrayLike<number>,
	values: ArrayLike<number>,
): (index: number) => boolean {
	const bound = leastStandIn(reference);
	if (bound === Number.POSITIVE_INFINITY) return () => false;
	let most = 0;
	for (let i = 0; i < reference.length; i++)
		if (Math.abs(reference[i]) < bound) most = Math.max(most, Math.abs(values[i]));
	return (index) => {
		const [expected, found] = [reference[index], values[index]];
		if (!(Math.abs(expected) >= bound) || !Number.isFinite(expected)) return false;
		if (Math.sign(found) !== Math.sign(expected) || Math.abs(found) <= most) return false;
		return Math.abs(expected) >= CERTAIN || Math.abs(found - expected) <= CLOSE * Math.abs(expected);
	};
}

/** The least magnitude that stands for infinity among the numbers of a tensor. */
export function leastStandIn(values: ArrayLike<number>): number {
	const most = largestBelow(values, MASK);
	if (most < LEAST) return Number.POSITIVE_INFINITY;
	const next = largestBelow(values, most / 2);
	return next > 0 && next * BEYOND < most ? most / 2 : Number.POSITIVE_INFINITY;
}

/** A plain loop: every tensor of every operator is looked at on every calibration input. */
function largestBelow(values: ArrayLike<number>, bound: number): number {
	let most = 0;
	for (let i = 0; i < values.length; i++) {
		const magnitude = Math.abs(values[i]);
		if (magnitude > most && magnitude < bound) most = magnitude;
	}
	return most;
}
