import { broadcastIndices, sizeOf } from "@umpire/graph/shapes.ts";
import type { Powers } from "@umpire/operators/program.ts";

/** The least shape that broadcasts to `shape` and has room for the values, and the values of it. */
export function reduced(
	values: ArrayLike<number>,
	shape: readonly number[],
): { readonly shape: readonly number[]; readonly values: Float64Array } {
	let own = [...shape];
	let rest = Float64Array.from(values);
	for (const [axis, size] of shape.entries()) {
		const inner = sizeOf(own.slice(axis + 1));
		const same = rest.every((value, i) => value === rest[i - (Math.floor(i / inner) % size) * inner]);
		if (!same) continue;
		rest = rest.filter((_, i) => Math.floor(i / inner) % size === 0);
		own = own.map((one, k) => (k === axis ? 1 : one));
	}
	return { shape: own, values: rest };
}

/** Values of a shape that broadcasts to another, for every element of that. */
export function expandedTo(
	values: ArrayLike<number>,
	from: readonly number[],
	shape: readonly number[],
): Float64Array {
	return Float64Array.from(broadcastIndices(from, shape), (index) => values[index]);
}

/** The least of what stands for each element of `from`, of values for every element of the shape it broadcasts to. */
export function leastOver(
	values: ArrayLike<number>,
	shape: readonly number[],
	from: readonly number[],
): Float64Array {
	const least = new Float64Array(sizeOf(from)).fill(Number.POSITIVE_INFINITY);
	for (const [i, index] of broadcastIndices(from, shape).entries())
		least[index] = Math.min(least[index], values[i]);
	return least;
}

/** The values along an axis if they vary along it only. */
export function alongAxis(
	values: ArrayLike<number>,
	shape: readonly number[],
	axis: number,
): Float64Array | undefined {
	const least = reduced(values, shape);
	if (least.shape.some((size, k) => size !== 1 && k !== axis)) return undefined;
	return least.values.length === shape[axis]
		? least.values
		: new Float64Array(shape[axis]).fill(least.values[0]);
}

/** Exponents of every element as an input's powers. */
export function powersOf(exponents: ArrayLike<number>, shape: readonly number[]): Powers {
	const { shape: own, values } = reduced(exponents, shape);
	return { shape: own, exponents: [...values] };
}
