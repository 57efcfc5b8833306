import type { Tape } from "../tape.ts";
import type { Optimiser } from "./optimiser.ts";

const [BETA1, BETA2] = [0.9, 0.999];
/**
 * Added to the root of the second moment. The 32 bits of a mean of squares end where its root is some
 * 2^−15 of the largest: what is smaller must not divide.
 */
export const EPSILON = 2 ** -16;
/** Steps after which the corrections of the moments are within 2^−12 of 1. */
const CORRECTED = 8192;

/** Kingma and Ba 2015, with the corrections of both moments in the rate (their section 2, last paragraph). */
export const ADAM: Optimiser = {
	states: ["mean", "square"],
	// So that their squares are below 2^53.
	gradientBits: 24,
	correctedRate: (tape, { rate, step }) => tape.mul(rate, correction(tape, step)),
	update(tape, gradient, [mean, square], { rate }, pin) {
		const towards = (state: string, value: string, share: number): string => {
			const way = pin(tape.sub(value, state), 32);
			return tape.add(state, pin(tape.scaled(way, share), 32));
		};
		const first = pin(towards(mean, gradient, 1 - BETA1), 32);
		const squared = pin(tape.mul(gradient, gradient), 32);
		const second = pin(tape.unary("Relu", towards(square, squared, 1 - BETA2)), 32);
		const root = pin(tape.affine(pin(tape.unary("Sqrt", second), 32), 1, EPSILON), 32);
		const ratio = pin(tape.div(first, root), 32);
		return { change: pin(tape.mul(ratio, rate), 32), states: [first, second] };
	},
};

/** √(1 − β₂ᵗ) / (1 − β₁ᵗ), t counted from 1, from a table. */
function correction(tape: Tape, step: string): string {
	const table = Array.from(
		{ length: CORRECTED },
		(_, k) => Math.sqrt(1 - BETA2 ** (k + 1)) / (1 - BETA1 ** (k + 1)),
	);
	const last = tape.min(step, tape.ints([CORRECTED - 1]));
	return tape.gather(tape.numbers("float32", [CORRECTED], table), last, 0);
}
