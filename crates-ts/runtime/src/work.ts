import type { Operator, Program } from "@umpire/operators/program.ts";
import { specOf } from "@umpire/operators/ranges.ts";

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Multiplications of one step, roughly: only convolutions and matrix products count. */
export function workOf(program: Program): number {
	return program.operators.reduce((sum, operator) => sum + operatorWork(program, operator), 0);
}

function operatorWork(program: Program, operator: Operator): number {
	const elements = sizeOf(operator.shape);
	switch (operator.form.type) {
		case "conv":
			return elements * sizeOf(specOf(program, operator.operands[1]).shape.slice(1));
		case "matmul":
			return elements * (specOf(program, operator.operands[0]).shape.at(-1) ?? 1);
		default:
			return 0;
	}
}
