import type { Elements } from "@umpire/commitment/elements.ts";
import { toPhysical } from "@umpire/commitment/tensor.ts";
import { descriptorOf } from "@umpire/operators/descriptor.ts";
import type { Program } from "@umpire/operators/program.ts";
import { elementValue } from "@umpire/operators/values.ts";

/**
 * What the access maps and the integer definition say of every operator of one step, in physical order.
 *
 * @param before the same of the step before, for programs that carry states; left out in the first step
 */
export function definedValues(
	program: Program,
	inputs: readonly Elements[],
	before?: readonly (readonly number[])[],
): number[][] {
	const given = inputs.map((data, i) => {
		const { shape, layout } = program.inputs[i];
		return toPhysical(data, shape, layout);
	});
	const constants = program.constants.map(({ data, shape, layout }) => toPhysical(data, shape, layout));
	const known: number[][] = [];
	for (const [index, operator] of program.operators.entries()) {
		const descriptor = descriptorOf(program, index);
		const operands = operator.operands.map((ref) => {
			if (ref.source === "operator") return known[ref.index];
			if (ref.source === "state") return before === undefined ? given[ref.initial] : before[ref.index];
			return ref.source === "constant" ? constants[ref.index] : given[ref.index];
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
