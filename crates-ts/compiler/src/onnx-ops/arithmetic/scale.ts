import { constantScalar } from "@umpire/graph/facts.ts";
import { isFloat, mapReal, type Real } from "@umpire/graph/real.ts";
import type { Row } from "@umpire/operators/program.ts";
import { type Affine, batchNormalization } from "../../lower/affine.ts";
import { asRows } from "../../lower/broadcast.ts";
import { type Context, elementsOf, integerReach, type Value } from "../../lower/context.ts";
import { emitConverted, emitLinear, expanded, reached, rescaleOf } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { lowerReciprocal } from "../../lower/tables.ts";
import { biasOf, maxShift, nearestRatio, ratioNear, smallestRatio } from "../../quantise/rescale-ratio.ts";
import { coarsenedQuantisation, limitOf, type Quantisation } from "../../quantise/scales.ts";
import { gridWith, naturalScale } from "./product.ts";
import { lowerQuotient } from "./quotient.ts";

/** ONNX Mul: of two activations, or of one and a constant. */
export function lowerMul(fused: FusedOp, context: Context): void {
	const [a, b] = context.node.inputs;
	const real = context.real(b) ?? context.real(a);
	const shape = context.shape(fused.output);
	if (real) {
		const name = context.real(b) ? a : b;
		const y = emitScaled(context, fused, context.value(name), real, undefined, shape);
		context.bind(fused.output, y);
		return;
	}
	context.bind(fused.output, emitProduct(context, fused, context.value(a), context.value(b), shape));
}

/** x·y, element by element. */
export function emitProduct(
	context: Context,
	fused: FusedOp,
	x: Value,
	y: Value,
	shape: readonly number[],
): Value {
	const rawScale = x.spec.scale * y.spec.scale;
	const form = { type: "product" } as const;
	if (fused.affine) {
		const quantisation = context.quantisation(fused.output, fused.clip);
		const rows = rowsOf(fused.affine, rawScale, quantisation);
		const rescale = rescaleOf(rows, [shape.length - 1]);
		return context.emit({ kind: "Mul", form, operands: [x, y], shape, quantisation, rescale });
	}
	const wanted = context.quantisation(fused.output, fused.clip, rawScale);
	return emitConverted(context, {
		kind: "Mul",
		form,
		operands: [x, y],
		shape,
		wanted,
		rawScale,
		bounds: fused.clip,
	});
}

/** A factor and a shift of each channel, for a product in units of `rawScale`. */
function rowsOf({ scale, shift }: Affine, rawScale: number, { scale: unit, ...own }: Quantisation): Row[] {
	const limit = limitOf({ scale: unit, ...own });
	return Array.from(scale, (factor, c) => {
		const ratio = Math.max((factor * rawScale) / unit, smallestRatio(limit));
		const row = ratioNear(ratio, limit);
		return { bias: biasOf(shift[c] / unit / (row.multiplier / 2 ** row.shift)), ...row };
	});
}

/** ONNX BatchNormalization that no product precedes: a factor and a shift per channel. */
export function lowerBatchNormalization(fused: FusedOp, context: Context): void {
	const affine = batchNormalization(context.node, context.facts);
	if (!affine) {
		throw context.error(
			"it is in training mode or its statistics depend on inputs",
			"Export the model for inference",
		);
	}
	const x = context.value(context.node.inputs[0]);
	const shape = context.shape(fused.output);
	const columns = [shape[1] ?? 1, ...shape.slice(2).map(() => 1)];
	const factors = { shape: columns, data: affine.scale };
	context.bind(fused.output, emitScaled(context, fused, x, factors, affine.shift, shape));
}

/** factors·x + shifts with constant factors that broadcast to `shape`; shifts go with the factors. */
function emitScaled(
	context: Context,
	fused: FusedOp,
	x: Value,
	factors: Real,
	shifts: Float64Array | undefined,
	shape: readonly number[],
): Value {
	const natural = gridWith(x.spec.scale * naturalScale(factors.data.map(Math.abs)), shifts ?? []);
	const quantisation = context.quantisation(fused.output, fused.clip, natural);
	const whole = expanded(context, x, shape);
	if (factors.data.length === 1) {
		const biases = { values: shifts ?? [0], axes: [] };
		return emitLinear(context, [whole], [factors.data[0]], shape, quantisation, biases);
	}
	const rows = asRows(factors, shape);
	if (rows) return emitRowScaled(context, whole, { ...rows, shifts, factors }, shape, quantisation);
	if (shifts)
		throw context.error(`it has ${shifts.length} channels`, "Models with up to 4096 channels compile");
	const own = context.ownQuantisation(factors, isFloat(context.type(fused.output)));
	const constant = context.quantised(`${fused.output}_factors`, factors, own);
	return emitProduct(context, fused, x, constant, shape);
}

/** A step of the operand is at most so many of the result: multipliers have 24 bits. */
const MOST_RATIO = 2 ** 22;

/** A factor (and a shift) per rescale row: the multiplier carries the magnitude, a constant ±1 the sign. */
export function emitRowScaled(
	context: Context,
	x: Value,
	rows: {
		readonly values: Float64Array;
		readonly axes: readonly number[];
		readonly factors: Real;
		readonly shifts?: Float64Array | undefined;
	},
	shape: readonly number[],
	wanted: Quantisation,
): Value {
	// One step of the operand already reaches the result's end: a larger factor says no more.
	const most = (Math.max(-wanted.low, wanted.high, 1) * wanted.scale) / x.spec.scale;
	const factors = rows.values.map((value) => Math.min(Math.abs(value), most));
	const largest = factors.reduce((a, b) => Math.max(a, b), 0);
	const quantisation = coarsenedQuantisation(wanted, (largest * x.spec.scale) / wanted.scale, MOST_RATIO);
	const limit = limitOf(wanted);
	const signs = Array.from(rows.values, Math.sign);
	const rescale = rescaleOf(
		signs.map((_, c) => {
			const ratio = (factors[c] * x.spec.scale) / quantisation.scale;
			// A factor below what a row can say leaves nothing but the shift. One of few bits errs by no more than that.
			const small = Math.round(ratio * 2 ** maxShift(limit)) < 1;
			if (small) signs[c] = 0;
			const row = nearestRatio(small ? 1 : ratio, limit, integerReach(x));
			const unit = quantisation.scale * (row.multiplier / 2 ** row.shift);
			return { bias: biasOf((rows.shifts?.[c] ?? 0) / unit), ...row };
		}),
		rows.axes,
	);
	const grid = reached(quantisation, rescale.rows, integerReach(x));
	if (signs.every((sign) => sign === 1)) {
		const form = { type: "linear", coefficients: [1] } as const;
		return context.emit({ kind: "Add", form, operands: [x], shape, quantisation: grid, rescale });
	}
	const sign = context.constant(
		"signs",
		rows.factors.shape,
		elementsOf(signs, x.spec.width === 8 ? 8 : 16),
		1,
	);
	return context.emit({
		kind: "Mul",
		form: { type: "product" },
		operands: [x, sign],
		shape,
		quantisation: grid,
		rescale,
	});
}

/** ONNX Div: by a constant it is a product, of a constant number a table. */
export function lowerDiv(fused: FusedOp, context: Context): void {
	const [a, b] = context.node.inputs;
	const divisor = context.real(b);
	const dividend = constantScalar(a, context.facts);
	const { width } = context.value(b).spec;
	if (!divisor && dividend !== undefined && width !== 32 && isFloat(context.type(fused.output))) {
		lowerReciprocal(fused, context, dividend);
		return;
	}
	if (divisor?.data.some((value) => value === 0)) throw context.error("its constant divisor contains 0");
	if (!divisor || !isFloat(context.type(fused.output))) {
		lowerQuotient(fused, context);
		return;
	}
	const factors = mapReal(divisor, (value) => 1 / value);
	const shape = context.shape(fused.output);
	context.bind(fused.output, emitScaled(context, fused, context.value(a), factors, undefined, shape));
}
