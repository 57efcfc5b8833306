import type { Elements } from "./elements.ts";

/**
 * Logical (row-major) order to physical order.
 *
 * @param shape the logical shape
 * @param layout its axes in physical order, outermost first
 * @returns `logical` itself if the orders are the same
 */
export function toPhysical(logical: Elements, shape: readonly number[], layout: readonly number[]): Elements {
	return reorder(logical, shape, layout, "physical");
}

/** Physical order to logical (row-major) order; the inverse of `toPhysical`. */
export function toLogical(physical: Elements, shape: readonly number[], layout: readonly number[]): Elements {
	return reorder(physical, shape, layout, "logical");
}

function reorder(
	source: Elements,
	shape: readonly number[],
	layout: readonly number[],
	to: string,
): Elements {
	// Axes of size 1 do not matter for the order.
	const axes = layout.filter((axis) => shape[axis] !== 1);
	if (axes.every((axis, i) => i === 0 || axes[i - 1] < axis)) return source;
	const logicalStrides = stridesOf(shape);
	const sizes = axes.map((axis) => shape[axis]);
	const strides = axes.map((axis) => logicalStrides[axis]);
	const target = new (source.constructor as new (length: number) => Elements)(source.length);
	const inner = sizes.length - 1;
	const innerStride = strides[inner];
	const digits = new Array<number>(inner).fill(0);
	let logical = 0;
	for (let physical = 0; physical < source.length; physical += sizes[inner]) {
		for (let i = 0, at = logical; i < sizes[inner]; i++, at += innerStride) {
			if (to === "physical") target[physical + i] = source[at];
			else target[at] = source[physical + i];
		}
		for (let axis = inner - 1; axis >= 0; axis--) {
			logical += strides[axis];
			if (++digits[axis] < sizes[axis]) break;
			logical -= strides[axis] * sizes[axis];
			digits[axis] = 0;
		}
	}
	return target;
}

/** Row-major strides of a shape. */
export function stridesOf(shape: readonly number[]): number[] {
	const strides = new Array<number>(shape.length);
	let stride = 1;
	for (let axis = shape.length - 1; axis >= 0; axis--) {
		strides[axis] = stride;
		stride *= shape[axis];
	}
	return strides;
}
