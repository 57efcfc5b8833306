import type { Operator, Program } from "@umpire/operators/program.ts";
import { elementCount, tensorOf } from "@umpire/operators/tensors.ts";

/** Multiplications of one step, roughly: only convolutions and matrix products count. */
export function workOf(program: Program): number {
	return program.operators.reduce((sum, operator) => sum + operatorWork(program, operator), 0);
}

function operatorWork(program: Program, operator: Operator): number {
	const elements = elementCount(operator.shape);
	switch (operator.form.type) {
		case "conv":
			return elements * elementCount(tensorOf(program, operator.operands[1]).shape.slice(1));
		case "matmul":
			return elements * (tensorOf(program, operator.operands[0]).shape.at(-1) ?? 1);
		default:
			return 0;
	}
}
