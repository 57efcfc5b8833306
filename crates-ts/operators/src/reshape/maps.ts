import { stridesOf } from "@umpire/commitment/tensor.ts";
import { add, Digits, physicalStrides } from "../affine.ts";
import type { MapsOf } from "../map.ts";
import type { Coordinate, TensorSpec } from "../program.ts";

/** Every group of operand axes reads its part of the row-major index: division, then remainder. */
export const reshapeMaps: MapsOf<"reshape"> = (operator, [x]) => {
	const digits = new Digits(operator);
	const strides = stridesOf(operator.shape);
	const flat = add(digits.constant(0), ...operator.shape.map((_, axis) => digits.axis(axis, strides[axis])));
	const logical = stridesOf(x.shape);
	const physical = physicalStrides(x);
	const coordinates = neighbours(x).map((group, index): Coordinate => {
		const last = group[group.length - 1];
		const size = group.reduce((product, axis) => product * x.shape[axis], 1);
		return { ...flat, divisor: logical[last], modulus: index === 0 ? 0 : size, size, stride: physical[last] };
	});
	return { digits, operands: [{ coordinates }] };
};

/** Axes of size above 1, grouped where neighbours in logical order are neighbours in physical order too. */
function neighbours(spec: TensorSpec): number[][] {
	const physical = spec.layout.filter((axis) => spec.shape[axis] !== 1);
	const groups: number[][] = [];
	for (const axis of [...physical].sort((a, b) => a - b)) {
		const group = groups.at(-1);
		if (group !== undefined && physical[physical.indexOf(group.at(-1)!) + 1] === axis) group.push(axis);
		else groups.push([axis]);
	}
	return groups;
}
