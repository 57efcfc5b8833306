import type { OperatorBase, TensorRef, TensorSpec } from "./operator.ts";

/** The tensors of a program, by source. */
interface Tensors {
	readonly inputs: readonly TensorSpec[];
	readonly constants: readonly TensorSpec[];
	readonly operators: readonly TensorSpec[];
}

/** What the tensor behind a reference declares. Throws RangeError if there is no such tensor. */
export function tensorOf(program: Tensors, ref: TensorRef): TensorSpec {
	const list =
		ref.source === "constant"
			? program.constants
			: ref.source === "input"
				? program.inputs
				: program.operators;
	const spec = list[ref.index];
	if (spec === undefined) throw new RangeError(`The program has no ${ref.source} ${ref.index}`);
	return spec;
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
	return shape.reduce((product, size) => product * size, 1);
}

/** An operator as messages name it: its index and the ONNX nodes it comes from. */
export function describeOperator(operator: OperatorBase, index: number): string {
	return `operator ${index} (${operator.opType} ${operator.node})`;
}
