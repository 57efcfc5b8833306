import { type Range, UNBOUNDED } from "@umpire/graph/ranges.ts";
import { sameShape } from "@umpire/graph/shapes.ts";
import type { Form, Kind, Rescale, Row } from "@umpire/operators/program.ts";
import { linearOf, maxShift, powerAtMost, ratioAtMost } from "../quantise/rescale-ratio.ts";
import { coarsenedQuantisation, integerBounds, limitOf, type Quantisation } from "../quantise/scales.ts";
import { type Context, integerReach, quantisationOfValue, type Value } from "./context.ts";

/** Rows over axes; a single row if all are equal. */
export function rescaleOf(rows: readonly Row[], axes: readonly number[]): Rescale {
	const [first] = rows;
	const uniform = rows.every(
		(row) => row.bias === first.bias && row.multiplier === first.multiplier && row.shift === first.shift,
	);
	return uniform ? { rows: [first], axes: [] } : { rows, axes };
}

/**
 * Moves a tensor's own scale up to where raw units (of real size `rawScale`) convert to it by
 * an exact multiplier and shift, so that the conversion adds no error of its own.
 */
export function convert(
	quantisation: Quantisation,
	rawScale: number,
	bounds: Range = UNBOUNDED,
	represent = ratioAtMost,
): { quantisation: Quantisation; row: Row } {
	const limit = limitOf(quantisation);
	const ratio = rawScale / quantisation.scale;
	// The grid reaches further than sums of raw units can: a finer one, which a row can convert to, holds them all.
	if (ratio < 2 ** -maxShift(limit)) {
		const shift = maxShift(limit);
		const scale = rawScale * 2 ** shift;
		return {
			quantisation: { ...quantisation, scale, ...integerBounds(bounds, scale, limit) },
			row: { bias: 0n, multiplier: 1, shift },
		};
	}
	const { multiplier, shift } = lowest(represent(ratio, limit));
	const row = { bias: 0n, multiplier, shift };
	const scale = rawScale / (multiplier / 2 ** shift);
	if (scale === quantisation.scale) return { quantisation, row };
	const { low, high } = integerBounds(bounds, scale, limit);
	// A coarser grid needs no more integers than the wanted one had: bytes stay bytes in 16 bits.
	const within = { low: Math.max(low, quantisation.low), high: Math.min(high, quantisation.high) };
	return { quantisation: { ...quantisation, scale, ...within }, row };
}

/** A power of two as multiplier 1: sums need not be enlarged before they are shifted, and may be so much larger. */
function lowest({ multiplier, shift }: { multiplier: number; shift: number }): {
	multiplier: number;
	shift: number;
} {
	const twos = Math.min(Math.log2(multiplier), shift - 1);
	return Number.isInteger(Math.log2(multiplier))
		? { multiplier: multiplier / 2 ** twos, shift: shift - twos }
		: { multiplier, shift };
}

/** An operator whose raw result is in units of `rawScale`. */
export interface Converted {
	readonly kind: Kind;
	readonly form: Form;
	readonly operands: readonly Value[];
	readonly shape: readonly number[];
	readonly wanted: Quantisation;
	readonly rawScale: number;
	/** Where the result is clipped, in real units; nowhere by default. */
	readonly bounds?: Range;
	/** Whether results may be up to an octave coarser, for a multiplier of 1. */
	readonly cheap?: boolean;
}

/** Operators Dot and Mul with one row for all elements; the output's scale follows the row. */
export function emitConverted(context: Context, converted: Converted): Value {
	const { kind, form, operands, shape, wanted, rawScale, bounds = UNBOUNDED } = converted;
	// Sums of 16 bits can spare up to one bit for the cheaper multiplier 1; 8 bits cannot.
	const cheap = (form.type === "sum" || form.type === "pool") && wanted.width === 16;
	const { quantisation, row } = convert(
		wanted,
		rawScale,
		bounds,
		cheap || converted.cheap ? powerAtMost : ratioAtMost,
	);
	return context.emit({ kind, form, operands, shape, quantisation, rescale: { rows: [row], axes: [] } });
}

/** Units of the result that factors may lose by being rounded to coefficients. */
const MOST_LOST = 1;

/** The same numbers in as small units as 32 bits have room for; undefined where they are that already. */
function refined(context: Context, operand: Value): Value | undefined {
	const { scale, low, high } = operand.spec;
	const bits = 30 - Math.ceil(Math.log2(integerReach(operand) + 1));
	if (bits < 1) return undefined;
	const size = 2 ** bits;
	return rescaled(context, operand, { scale: scale / size, width: 32, low: low * size, high: high * size });
}

/**
 * A grid of 32 bits that ends where the results do, if that is before its own end: what reads it has more
 * room. `reach` is the largest magnitude of the sum before the rows.
 */
export function reached(quantisation: Quantisation, rows: readonly Row[], reach: number): Quantisation {
	if (quantisation.width !== 32) return quantisation;
	const ends = rows.map(({ bias, multiplier, shift }) => {
		const magnitude = reach + Math.abs(Number(bias));
		return Math.ceil((magnitude * multiplier) / 2 ** shift) + 1;
	});
	const most = Math.max(...ends);
	return { ...quantisation, low: Math.max(quantisation.low, -most), high: Math.min(quantisation.high, most) };
}

/** A step of an operand is at most so many of the result: coefficients have 31 bits. */
const MOST_COEFFICIENT = 2 ** 29;

/** Sums that reach further in units of the result are not surely exact (quantise/rescale-ratio.ts). */
const MOST_REACH = 2 ** 50;

/**
 * An operand so large that the sum would not stay exact, and the grid on which it ends where the result
 * is at its own end whatever the others are: what lies further changes nothing.
 */
function farthest(
	operands: readonly Value[],
	ratios: readonly number[],
	biases: ArrayLike<number>,
	{ scale, low, high }: Quantisation,
): [number, Quantisation] | [undefined, undefined] {
	const reaches = operands.map((operand, k) => Math.abs(ratios[k]) * integerReach(operand));
	const total = reaches.reduce((sum, reach) => sum + reach, 0);
	if (total < MOST_REACH) return [undefined, undefined];
	const shift = Array.from(biases).reduce((most, bias) => Math.max(most, Math.abs(bias / scale)), 0);
	const k = reaches.indexOf(Math.max(...reaches));
	const enough = Math.max(-low, high) + (total - reaches[k]) + shift;
	const own = quantisationOfValue(operands[k]);
	const end = Math.ceil(enough / Math.abs(ratios[k])) + 1;
	if (!(end < integerReach(operands[k]))) return [undefined, undefined];
	return [k, { ...own, low: Math.max(own.low, -end), high: Math.min(own.high, end) }];
}

/** Σ factors[k]·operands[k] + biases[row] (real units), with NumPy broadcasting to `shape`. */
export function emitLinear(
	context: Context,
	operands: readonly Value[],
	factors: readonly number[],
	shape: readonly number[],
	wanted: Quantisation,
	biases: { readonly values: ArrayLike<number>; readonly axes: readonly number[] } = {
		values: [0],
		axes: [],
	},
): Value {
	const steps = operands.map((operand, k) => factors[k] * operand.spec.scale);
	const largest = steps.reduce((most, step) => Math.max(most, Math.abs(step)), 0);
	const quantisation = coarsenedQuantisation(wanted, largest / wanted.scale, MOST_COEFFICIENT);
	const { scale } = quantisation;
	const ratios = steps.map((step) => step / scale);
	const [far, bounds] = farthest(operands, ratios, biases.values, quantisation);
	if (far !== undefined) {
		const near = emitLinear(context, [operands[far]], [1], operands[far].spec.shape, bounds);
		return emitLinear(context, operands.with(far, near), factors, shape, quantisation, biases);
	}
	const { coefficients, rows } = linearOf(
		ratios,
		operands.map((operand) => context.representableReach(operand)),
		Array.from(biases.values, (bias) => bias / scale),
		limitOf(quantisation),
	);
	const unit = 2 ** rows[0].shift;
	const lost = operands.map(
		(one, k) => (Math.abs(coefficients[k] - ratios[k] * unit) * integerReach(one)) / unit,
	);
	const coarsest = ratios.reduce(
		(most, ratio, k) => (Math.abs(ratio) > Math.abs(ratios[most]) ? k : most),
		0,
	);
	const finer = Math.max(...lost) > MOST_LOST ? refined(context, operands[coarsest]) : undefined;
	if (finer) return emitLinear(context, operands.with(coarsest, finer), factors, shape, quantisation, biases);
	// What is too small to count is not read: nothing has to hold its products.
	const counts = operands.filter((_, k) => coefficients[k] !== 0);
	const enough = counts.some(({ spec }) => sameShape(spec.shape, shape));
	const kept = enough ? counts : operands;
	const reach = coefficients.reduce((sum, one, k) => sum + Math.abs(one) * integerReach(operands[k]), 0);
	return context.emit({
		kind: "Add",
		form: {
			type: "linear",
			coefficients: enough ? coefficients.filter((coefficient) => coefficient !== 0) : coefficients,
		},
		operands: kept,
		shape,
		quantisation: reached(quantisation, rows, reach),
		rescale: rescaleOf(rows, biases.axes),
	});
}

/** NumPy broadcasting of a value to `shape`, where an operator does not broadcast by itself. */
export function expanded(context: Context, value: Value, shape: readonly number[]): Value {
	if (sameShape(value.spec.shape, shape)) return value;
	const quantisation = quantisationOfValue(value);
	return context.emit({ kind: "View", form: { type: "expand" }, operands: [value], shape, quantisation });
}

/** The same real numbers at another scale. */
export function rescaled(context: Context, value: Value, quantisation: Quantisation): Value {
	if (value.spec.scale === quantisation.scale && value.spec.width === quantisation.width) return value;
	return emitLinear(context, [value], [1], value.spec.shape, quantisation);
}

/** Clips to a real range at the operand's own scale; the operand itself if it cannot leave the range. */
export function clipped(context: Context, value: Value, bounds: Range): Value {
	const own = quantisationOfValue(value);
	const { low, high } = integerBounds(bounds, own.scale, limitOf(own));
	if (low <= own.low && high >= own.high) return value;
	const within = {
		low: Math.min(Math.max(own.low, low), high),
		high: Math.max(Math.min(own.high, high), low),
	};
	return emitLinear(context, [value], [1], value.spec.shape, { ...own, ...within });
}
