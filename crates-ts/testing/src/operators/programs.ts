import type { ConstantTensor, Program, TensorRef } from "@umpire/operators/program.ts";
import type { Case } from "./tensors.ts";

/** A program of one operator: its operands are inputs, or constants where the form asks for them. */
export function programOf({ operator, operands }: Case): Program {
	const { type } = operator.form;
	const constant = (index: number): boolean => index === 1 && ["sum", "pool", "lookup"].includes(type);
	const constants: ConstantTensor[] = operands.flatMap(({ spec, data }, index) =>
		constant(index) ? [{ ...spec, data, name: "constant" }] : [],
	);
	const refs = operands.map(
		(_, index): TensorRef =>
			constant(index) ? { source: "constant", index: 0 } : { source: "input", index },
	);
	return {
		name: "one operator",
		steps: 1,
		inputs: operands.flatMap(({ spec }, index) => (constant(index) ? [] : [{ ...spec, name: `x${index}` }])),
		constants,
		operators: [{ ...operator, operands: refs }],
		outputs: [{ name: "y", operator: 0 }],
	};
}
