import type { Program, TensorRef } from "@umpire/operators/program.ts";

/** A program without operators and constants that no output depends on, and where each kept operator was. */
export function prune(program: Program): { program: Program; kept: number[] } {
	const live = new Set(program.outputs.map((output) => output.operator));
	const constants = new Set<number>();
	for (let index = program.operators.length - 1; index >= 0; index--) {
		if (!live.has(index)) continue;
		for (const ref of program.operators[index].operands) {
			if (ref.source === "operator") live.add(ref.index);
			if (ref.source === "constant") constants.add(ref.index);
		}
	}
	const kept = [...live].sort((a, b) => a - b);
	const keptConstants = [...constants].sort((a, b) => a - b);
	const operatorAt = new Map(kept.map((old, index) => [old, index]));
	const constantAt = new Map(keptConstants.map((old, index) => [old, index]));
	const move = (ref: TensorRef): TensorRef => {
		if (ref.source === "operator") return { ...ref, index: operatorAt.get(ref.index)! };
		return ref.source === "constant" ? { ...ref, index: constantAt.get(ref.index)! } : ref;
	};
	return {
		kept,
		program: {
			...program,
			constants: keptConstants.map((index) => program.constants[index]),
			operators: kept.map((index) => {
				const operator = program.operators[index];
				return { ...operator, operands: operator.operands.map(move) };
			}),
			outputs: program.outputs.map((output) => ({ ...output, operator: operatorAt.get(output.operator)! })),
		},
	};
}
