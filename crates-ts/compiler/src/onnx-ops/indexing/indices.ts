import type { Real } from "@umpire/graph/real.ts";
import { type Context, elementsOf, type Value } from "../../lower/context.ts";
import { emitEntries } from "../../lower/entries.ts";
import { type Quantisation, wholeUpTo } from "../../quantise/scales.ts";

/** Up to this many positions, indices that may be negative are looked up whether calibration saw some or not. */
const SMALL_TABLE = 4096;

/** Constant indices from 0 on. Negative ones count from the end. */
export function constantIndices(context: Context, real: Real, size: number): number[] {
	return Array.from(real.data, (index) => {
		if (index < -size || index >= size) {
			throw context.error(`its index ${index} is out of range for an axis of size ${size}`);
		}
		return index < 0 ? index + size : index;
	});
}

/** A constant tensor of indices. */
export function indexConstant(
	context: Context,
	name: string,
	shape: readonly number[],
	indices: readonly number[],
): Value {
	const largest = indices.reduce((a, b) => Math.max(a, b), 0);
	const { width } = indexQuantisation(largest);
	return context.constant(`${name}_indices`, shape, elementsOf(indices, width), 1);
}

/** Indices have 16 or 32 bits. */
export function indexQuantisation(largest: number): Quantisation {
	const whole = wholeUpTo(largest);
	return whole.width === 8 ? { ...whole, width: 16 } : whole;
}

/** The indices in `name` along an axis of `size` positions, as a tensor of numbers from 0 on. */
export function indicesOf(context: Context, name: string, size: number): Value {
	const real = context.real(name);
	if (real) return indexConstant(context, name, real.shape, constantIndices(context, real, size));
	return fromStart(context, context.value(name), context.facts.ranges.get(name)?.low ?? 0, size);
}

/** Negative indices count from the end: looked up where there may be some. */
export function fromStart(context: Context, index: Value, least: number, size: number): Value {
	if (index.spec.scale !== 1) throw context.error("its indices are no whole numbers", "Cast them to int64");
	if (index.spec.low >= 0 || (least >= 0 && size > SMALL_TABLE)) return index;
	const entries = Array.from({ length: 2 * size }, (_, k) => k % size);
	return emitEntries(context, index, -size, entries, indexQuantisation(size - 1));
}
