import type { Optimiser } from "./optimiser.ts";

/** v ← μ·v + g, W ← W − rate·v. */
export const MOMENTUM: Optimiser = {
	states: ["velocity"],
	gradientBits: 32,
	update(tape, gradient, [velocity], { rate, momentum }, pin) {
		const kept = pin(tape.mul(velocity, momentum), 32);
		const next = pin(tape.add(kept, gradient), 32);
		return { change: pin(tape.mul(next, rate), 32), states: [next] };
	},
};
