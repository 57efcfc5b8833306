import { toLogical, toPhysical } from "@umpire/commitment/tensor.ts";
import { descriptorOf } from "@umpire/operators/descriptor.ts";
import type { Elements, Operator, Program, TensorRef } from "@umpire/operators/program.ts";
import { elementValue } from "@umpire/operators/values.ts";

const ARRAYS = { 8: Int8Array, 16: Int16Array, 32: Int32Array } as const;

/**
 * Computes every operator of every step of a program element by element from its descriptor, as a settlement
 * does: no onnxruntime involved. Inputs and results are in logical order.
 */
export function evaluate(program: Program, inputs: readonly Elements[]): Elements[] {
	const physicalInputs = program.inputs.map((spec, i) => toPhysical(inputs[i], spec.shape, spec.layout));
	const constants = program.constants.map((spec) => toPhysical(spec.data, spec.shape, spec.layout));
	let before: Elements[] | undefined;
	let results: Elements[] = [];
	const tensorOf = (ref: TensorRef): Elements => {
		if (ref.source === "constant") return constants[ref.index];
		if (ref.source === "input") return physicalInputs[ref.index];
		if (ref.source === "state") return before ? before[ref.index] : physicalInputs[ref.initial];
		return results[ref.index];
	};
	const compute = (operator: Operator, index: number): void => {
		const descriptor = descriptorOf(program, index);
		const operands = operator.operands.map(tensorOf);
		const fetch = (operand: number, element: number): number => operands[operand][element];
		const result = new ARRAYS[operator.width](descriptor.elements);
		for (let e = 0; e < result.length; e++) {
			result[e] = elementValue(descriptor, e, fetch, operator.rescale?.rows);
		}
		results.push(result);
	};
	const logical: Elements[] = [];
	for (let step = 0; step < program.steps; step++) {
		program.operators.forEach(compute);
		logical.push(...program.operators.map((spec, i) => toLogical(results[i], spec.shape, spec.layout)));
		before = results;
		results = [];
	}
	return logical;
}
