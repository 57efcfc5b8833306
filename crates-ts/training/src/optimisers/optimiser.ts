import type { Pin, PinnedBits } from "@umpire/compiler/quantise/pin.ts";
import type { Tape } from "../tape.ts";

/** Numbers that an optimiser takes from the job, as scalars of the step. */
export interface Settings {
	/** The learning rate, 0 in steps that only evaluate. */
	readonly rate: string;
	readonly momentum: string;
	/** Number of this step, counted from 0: int64 [1]. */
	readonly step: string;
}

/** What one step does to one parameter. */
export interface Update {
	/** What is taken off the parameter. */
	readonly change: string;
	/** The states after the step, in their order. */
	readonly states: readonly string[];
}

/** Bits of values on the way, where they are not those of all others. */
export type PinValue = (name: string, bits: Bits, more?: Omit<Pin, "bits">) => string;
export type Bits = PinnedBits;

/** How gradients become changes. */
export interface Optimiser {
	/** What it keeps of every parameter, in tensors of the parameter's shape that begin as 0. */
	readonly states: readonly string[];
	/** Whether changes are gradients times the rate and nothing else: then the loss is taken times the rate instead. */
	readonly scalesLoss?: boolean;
	/** Bits that the gradients have. */
	readonly gradientBits: Bits;
	/** The rate as all updates of a step take it; the rate itself by default. */
	correctedRate?(tape: Tape, settings: Settings): string;
	update(tape: Tape, gradient: string, states: readonly string[], settings: Settings, pin: PinValue): Update;
}
