import type { Elements } from "@umpire/commitment/elements.ts";
import { toPhysical } from "@umpire/commitment/tensor.ts";
import { descriptorOf } from "@umpire/operators/descriptor.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementValue } from "@umpire/operators/values.ts";

/** What the access maps and the integer definition say of every operator of one step, in physical order. */
export function definedValues(program: Program, inputs: readonly Elements[]): number[][] {
	const known: number[][] = [];
	for (const [index, operator] of program.operators.entries()) {
		const descriptor = descriptorOf(program, index);
		const operands = operator.operands.map(({ source, index: from }) => {
			if (source === "operator") return known[from];
			const spec = source === "constant" ? program.constants[from] : program.inputs[from];
			const data = source === "constant" ? program.constants[from].data : inputs[from];
			return toPhysical(data, spec.shape, spec.layout);
		});
		const fetch = (operand: number, element: number): number => operands[operand][element];
		known.push(
			Array.from({ length: descriptor.elements }, (_, element) =>
				elementValue(descriptor, element, fetch, operator.rescale?.rows),
			),
		);
	}
	return known;
}
