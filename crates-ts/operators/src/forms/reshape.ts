import { stridesOf } from "@umpire/commitment/tensor.ts";
import { add, Digits, physicalStrides } from "../affine.ts";
import { movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import type { TensorSpec } from "../operator.ts";
import { ensure } from "../program-error.ts";
import { requireWidest } from "../shape-rules.ts";
import type { Coordinate } from "../structs.ts";
import { elementCount } from "../tensors.ts";

/** View: same elements in row-major order, new shape. */
export interface ReshapeForm {
	readonly type: "reshape";
}

export const reshape: FormDefinition<ReshapeForm> = {
	kinds: ["View"],
	operands: [1, 1],
	check({ shape }, [x]) {
		ensure(elementCount(shape) === elementCount(x.shape), `[${x.shape}] and [${shape}] differ in elements`);
	},
	checkWidth: requireWidest,
	/** Every group of operand axes reads its part of the row-major index: division, then remainder. */
	maps(operator, [x]) {
		const digits = new Digits(operator);
		const strides = stridesOf(operator.shape);
		const flat = add(
			digits.constant(0),
			...operator.shape.map((_, axis) => digits.axis(axis, strides[axis])),
		);
		const logical = stridesOf(x.shape);
		const physical = physicalStrides(x);
		const coordinates = neighbours(x).map((group, index): Coordinate => {
			const last = group[group.length - 1];
			const size = group.reduce((product, axis) => product * x.shape[axis], 1);
			const modulus = index === 0 ? 0 : size;
			return { ...flat, divisor: logical[last], modulus, size, stride: physical[last] };
		});
		return { digits, operands: [{ coordinates }] };
	},
	plan(context) {
		const { shape } = context.operator;
		const plan = movePlan("Reshape", context, (body, [value]) =>
			body.op("Reshape", [value, body.list(shape)]),
		);
		return { ...plan, moves: true };
	},
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
