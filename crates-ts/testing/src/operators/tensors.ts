import { type Elements, emptyElements } from "@umpire/commitment/elements.ts";
import { stridesOf } from "@umpire/commitment/tensor.ts";
import type { Operator, TensorSpec } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";

/** A tensor of a test: what it declares and its elements in logical order. */
export interface TestTensor {
	readonly spec: TensorSpec;
	readonly data: Elements;
}

/** An operator with its operands, alone. */
export interface Case {
	readonly operator: Operator;
	readonly operands: readonly TestTensor[];
}

/** All positions of a shape in row-major order. */
export function positions(shape: readonly number[]): number[][] {
	const strides = stridesOf(shape);
	return Array.from({ length: elementCount(shape) }, (_, flat) =>
		shape.map((size, axis) => Math.floor(flat / strides[axis]) % size),
	);
}

/** The element at a position; undefined outside of the tensor. */
export function at({ spec, data }: TestTensor, position: readonly number[]): number | undefined {
	const strides = stridesOf(spec.shape);
	if (position.length !== spec.shape.length) throw new Error("position of another rank");
	if (position.some((p, axis) => p < 0 || p >= spec.shape[axis])) return undefined;
	return data[position.reduce((sum, p, axis) => sum + p * strides[axis], 0)];
}

/** The element that NumPy broadcasting to `position`'s rank reads. */
export function broadcastAt(tensor: TestTensor, position: readonly number[]): number {
	const { shape } = tensor.spec;
	const aligned = position.slice(position.length - shape.length);
	return at(
		tensor,
		aligned.map((p, axis) => (shape[axis] === 1 ? 0 : p)),
	)!;
}

export function tensor(spec: TensorSpec, value: (flat: number) => number): TestTensor {
	const data = emptyElements(spec.width, elementCount(spec.shape));
	for (let i = 0; i < data.length; i++) data[i] = value(i);
	return { spec, data };
}
