import type { Optimiser } from "./optimiser.ts";

/** W ← W − rate·g; the rate goes into what the loss gains, so that it is multiplied with few numbers. */
export const SGD: Optimiser = {
	states: [],
	scalesLoss: true,
	gradientBits: 32,
	update: (_tape, gradient) => ({ change: gradient, states: [] }),
};
