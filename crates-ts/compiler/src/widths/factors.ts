import { holds } from "@umpire/operators/narrow.ts";
import type { Form } from "@umpire/operators/program.ts";
import type { Context, Value } from "../lower/context.ts";
import { emitLinear } from "../lower/emit.ts";
import { boundsFor, type Quantisation, quantisationOf, SMALL_WEIGHTS } from "../quantise/scales.ts";

const copies = new WeakMap<Context, Map<string, Value>>();

/** A value as products read it: a copy in bytes where the widths say so, which all of them share. */
export function factorOf(context: Context, name: string): Value {
	const value = context.value(name);
	const precision = context.widths?.copies.get(name);
	const range = context.facts.ranges.get(name);
	if (!precision || !range || holds("uint8", value.spec)) return value;
	const known = copies.get(context) ?? new Map<string, Value>();
	copies.set(context, known);
	let copy = known.get(name);
	if (!copy) {
		const wanted = quantisationOf(range, precision, boundsFor(precision), value.spec.scale);
		copy = emitLinear(context, [value], [1], value.spec.shape, inSingles(wanted, value));
		known.set(name, copy);
	}
	return copy;
}

/** Coefficients of so many bits leave 16 bits below 2^24. */
const COEFFICIENT = 2 ** 8;

/** The grid, or one so little coarser that a coefficient of 8 bits and a shift lead to it: float32 holds what is between. */
function inSingles(own: Quantisation, { spec }: Value): Quantisation {
	const ratio = spec.scale / own.scale;
	if (spec.width === 32 || ratio >= 1) return own;
	const unit = (2 * ratio) / COEFFICIENT;
	const shift = -Math.floor(Math.log2(unit));
	const coefficient = Math.floor(ratio * 2 ** shift);
	return { ...own, scale: (spec.scale * 2 ** shift) / coefficient };
}

/** Whether sums of products with a value stay below 2^24 by bounding its weights: bytes, where widths were chosen. */
export const isByte = (context: Context, x: Value): boolean =>
	context.widths !== undefined && holds("uint8", x.spec);

/** Multiplications for each element that is moved to channels last and back, below which that costs what it saves. */
const LEAST_PER_ELEMENT = 40;

/** Whether a convolution is a matrix product at each position that integer kernels pay for with 16 bits as well. */
export function isPointwise(
	[outputs, channels, ...kernel]: readonly number[],
	{ group, pads }: { readonly group: number; readonly pads: readonly number[] },
): boolean {
	const isMatrix = group === 1 && kernel.every((size) => size === 1) && pads.every((pad) => pad === 0);
	return isMatrix && outputs * channels >= LEAST_PER_ELEMENT * (outputs + channels);
}

/**
 * The largest weight of a product for which 7 bits were chosen; undefined where no kernel would take them. A
 * convolution by a larger kernel has one for bytes that become bytes.
 */
export function chosenWeightLimit(
	context: Context,
	{ form, x, reads, weightShape }: Factor,
	result: Quantisation,
): number | undefined {
	if (reads === undefined || context.widths?.small.has(reads) !== true || x.spec.width === 32)
		return undefined;
	const fits =
		form.type === "conv"
			? isPointwise(weightShape, form) || (holds("uint8", x.spec) && holds("uint8", result))
			: form.type === "matmul" && weightShape.length === 2;
	return fits ? SMALL_WEIGHTS : undefined;
}

interface Factor {
	readonly form: Form;
	readonly x: Value;
	readonly reads?: string | undefined;
	readonly weightShape: readonly number[];
}
