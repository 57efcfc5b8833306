import { leafCount } from "@umpire/commitment/leaf.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";

/** Leaves that a trace of the program has. */
export function traceLeaves(program: Pick<Program, "operators" | "steps">): number {
	const leaves = program.operators.map(({ shape, width }) => leafCount(elementCount(shape), width));
	return program.steps * leaves.reduce((a, b) => a + b, 0);
}

/** Leaves that a dispute makes a submitter hash who has committed to none of them: those of a segment, or all of a lazy program's. */
export function disputedLeaves(program: Program): number {
	if (program.lazy === true) return traceLeaves(program);
	const { steps, segment = 0 } = program;
	return traceLeaves({ ...program, steps: Math.min(steps, segment) });
}
