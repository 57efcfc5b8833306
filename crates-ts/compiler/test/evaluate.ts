import { toLogical, toPhysical } from "@umpire/commitment/tensor.ts";
import { descriptorOf } from "@umpire/operators/descriptor.ts";
import type { Elements, Program, TensorRef } from "@umpire/operators/program.ts";
import { elementValue } from "@umpire/operators/values.ts";

const ARRAYS = { 8: Int8Array, 16: Int16Array, 32: Int32Array } as const;

/**
 * Computes every operator of a program element by element from its descriptor, as a settlement
 * does: no onnxruntime involved. Inputs and results are in logical order.
 */
export function evaluate(program: Program, inputs: readonly Elements[]): Elements[] {
	const physicalInputs = program.inputs.map((spec, i) => toPhysical(inputs[i], spec.shape, spec.layout));
	const constants = program.constants.map((spec) => toPhysical(spec.data, spec.shape, spec.layout));
	const results: Elements[] = [];
	const tensorOf = ({ source, index }: TensorRef): Elements => {
		if (source === "constant") return constants[index];
		return source === "input" ? physicalInputs[index] : results[index];
	};
	program.operators.forEach((operator, index) => {
		const descriptor = descriptorOf(program, index);
		const operands = operator.operands.map(tensorOf);
		const fetch = (operand: number, element: number): number => operands[operand][element];
		const result = new ARRAYS[operator.width](descriptor.elements);
		for (let e = 0; e < result.length; e++) {
			result[e] = elementValue(descriptor, e, fetch, operator.rescale?.rows);
		}
		results.push(result);
	});
	return program.operators.map((spec, i) => toLogical(results[i], spec.shape, spec.layout));
}
