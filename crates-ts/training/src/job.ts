import type { LossName } from "./losses.ts";
import type { OptimiserName } from "./optimisers/registry.ts";

/** How many rows of the data each part has; they lie one after the other. */
export interface Parts {
	readonly train: number;
	readonly validation: number;
	readonly test: number;
}

/** What a step program is built for. Numbers of it that are no part of the program are inputs (`hyper`). */
export interface Job {
	readonly loss: LossName;
	readonly optimiser: OptimiserName;
	/** Steps of training; those that evaluate come after. */
	readonly steps: number;
	/** Rows of a batch. */
	readonly batch: number;
	readonly parts: Parts;
	readonly rate: number;
	/** Share of the velocity that is kept; of the optimiser `momentum` only. */
	readonly momentum: number;
	/** Decoupled: rate·decay·W goes in every step. 0 for none. */
	readonly decay: number;
	/** Of the lanes that dropouts draw from. */
	readonly seed: number;
}

/** Hyper-parameters are whole multiples of this. */
export const HYPER_UNIT = 2 ** -24;

/** The whole numbers of the input `hyper`: steps of training, then rate, momentum and decay in units of 2^−24. */
export function hyperOf({ steps, rate, momentum, decay }: Job): number[] {
	return [steps, ...[rate, momentum, decay].map((value) => Math.round(value / HYPER_UNIT))];
}

/** Steps that it takes to evaluate the parts that are not trained on. */
export function evaluationSteps({ batch, parts: { validation, test } }: Job): number {
	return Math.ceil((validation + test) / batch);
}
