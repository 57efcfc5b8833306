import type { TensorRef, TensorSpec } from "@umpire/operators/program.ts";

/** A tensor of the program under construction. */
export interface Value {
	readonly ref: TensorRef;
	readonly spec: TensorSpec;
}
