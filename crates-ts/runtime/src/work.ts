import { definitionOf } from "@umpire/operators/forms.ts";
import type { Program } from "@umpire/operators/program.ts";
import { tensorOf } from "@umpire/operators/tensors.ts";

/** Multiplications of one step, roughly: only convolutions and matrix products count. */
export function workOf(program: Program): number {
	return program.operators.reduce((sum, operator) => {
		const specs = operator.operands.map((ref) => tensorOf(program, ref));
		return sum + (definitionOf(operator.form).multiplications?.(operator, specs) ?? 0);
	}, 0);
}
