import type { OperatorBase, TensorSpec } from "./operator.ts";
import { ensure } from "./program-error.ts";

/** As a greatest number of operands: there is none. */
export const ANY = Number.POSITIVE_INFINITY;

/** True if `axis` is one of a tensor of `rank` axes. */
export function axisOf(axis: number, rank: number): boolean {
	return Number.isInteger(axis) && axis >= 0 && axis < rank;
}

export function isPermutation(order: readonly number[], length: number): boolean {
	return (
		order.length === length && new Set(order).size === length && order.every((axis) => axisOf(axis, length))
	);
}

/** True for integers that descriptors, contract and bodies take without thought. */
export const isBounded = (value: number): boolean => Number.isInteger(value) && Math.abs(value) <= 2 ** 31;

/** Shapes as messages name them. */
export const shapesText = (specs: readonly TensorSpec[]): string =>
	specs.map(({ shape }) => `[${shape}]`).join(" and ");

// All that follow throw ProgramError unless what they are named after holds.

export function requireSame(actual: readonly number[], expected: readonly number[], what: string): void {
	const equal = actual.length === expected.length && actual.every((size, i) => size === expected[i]);
	ensure(equal, `${what}: found [${actual}], expected [${expected}]`);
}

/** @param lists by the names that messages give them */
export function requirePerAxis(
	shape: readonly number[],
	lists: Readonly<Record<string, readonly number[]>>,
): void {
	for (const [name, list] of Object.entries(lists)) {
		const fits = list.length === shape.length && list.every(Number.isSafeInteger);
		ensure(fits, `${name} [${list}] does not have one integer per axis of [${shape}]`);
	}
}

/** The output has the operand's shape, with size 1 along `axes`. */
export function requireReduced(axes: readonly number[], x: TensorSpec, shape: readonly number[]): void {
	const distinct = axes.length > 0 && new Set(axes).size === axes.length;
	ensure(
		distinct && axes.every((axis) => axisOf(axis, x.shape.length)),
		`axes [${axes}] are not some of [${x.shape}]`,
	);
	requireSame(
		shape,
		x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
		"output",
	);
}

/** The operands broadcast to the output, as in NumPy. */
export function requireBroadcast(shape: readonly number[], operands: readonly TensorSpec[]): void {
	requireSame(shape, broadcastShape(operands.map((operand) => operand.shape)), "output");
}

/** The width holds what the operands hold that the result is chosen from. */
export function requireWidest(operator: OperatorBase, choices: readonly TensorSpec[]): void {
	const widest = Math.max(...choices.map(({ width }) => width));
	ensure(operator.width >= widest, `its ${operator.width} bits cannot hold operands of ${widest} bits`);
}

/** NumPy broadcasting. @throws ProgramError if sizes differ and neither is 1 */
export function broadcastShape(all: readonly (readonly number[])[]): number[] {
	const rank = Math.max(...all.map((shape) => shape.length));
	return Array.from({ length: rank }, (_, axis) => {
		const sizes = all.map((shape) => shape[axis - rank + shape.length] ?? 1).filter((size) => size !== 1);
		ensure(
			new Set(sizes).size <= 1,
			`shapes ${all.map((shape) => `[${shape}]`).join(" and ")} do not broadcast`,
		);
		return sizes[0] ?? 1;
	});
}
