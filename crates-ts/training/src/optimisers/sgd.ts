import type { Optimiser } from "./optimiser.ts";

/** W ← W − rate·g. */
export const SGD: Optimiser = {
	states: [],
	gradientBits: 32,
	update: (tape, gradient, _states, { rate }, pin) => ({
		change: pin(tape.mul(gradient, rate), 32),
		states: [],
	}),
};
