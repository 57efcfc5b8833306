import type { Real } from "@umpire/graph/real.ts";
import { broadcastIndices, broadcastShapes } from "@umpire/graph/shapes.ts";

/** Combines two constants elementwise with NumPy broadcasting. Throws if the shapes do not fit. */
export function zipReal(a: Real, b: Real, f: (x: number, y: number) => number): Real {
	const shape = broadcastShapes(a.shape, b.shape);
	if (!shape) throw new RangeError(`shapes [${a.shape}] and [${b.shape}] do not broadcast`);
	const left = broadcastIndices(a.shape, shape);
	const right = broadcastIndices(b.shape, shape);
	return { shape, data: Float64Array.from(left, (index, i) => f(a.data[index], b.data[right[i]])) };
}

/** Constants that vary over few positions become rescale rows; larger ones become operands. */
const MOST_ROWS = 4096;

/**
 * The constant as one number per rescale row of an operator with output `shape`: rows run
 * over the output axes along which the constant varies. Undefined if there would be too many,
 * or if the constant has more axes than the output.
 */
export function asRows(
	real: Real,
	shape: readonly number[],
): { values: Float64Array; axes: number[] } | undefined {
	if (real.data.length > MOST_ROWS || real.shape.length > shape.length) return undefined;
	const offset = shape.length - real.shape.length;
	const axes = real.shape.flatMap((size, axis) => (size > 1 ? [axis + offset] : []));
	return { values: real.data, axes };
}
