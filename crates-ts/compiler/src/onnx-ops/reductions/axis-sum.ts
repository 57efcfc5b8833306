import { LEAF_ELEMENTS } from "@umpire/commitment/constants.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import {
	type Context,
	elementsOf,
	integerReach,
	quantisationOfValue,
	type Value,
} from "../../lower/context.ts";
import { emitConverted } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { nearestRatio } from "../../quantise/rescale-ratio.ts";
import { limitOf, WIDE_LIMIT } from "../../quantise/scales.ts";

/** Gas of finding a part of a sum: of every line but the last axis, and of every leaf that it reaches (operators/work.ts). */
const LINE = 8_500;
const LEAF = 2_000;
const MOST_GAS = 8_000_000;
/** Leaves of one sum, whose parts are limited too. */
const MOST_LEAVES = 1600;
/** Elements of a piece of an axis that is too long to be summed at once. */
const PIECE = 32_768;

/** A constant of ones, the second factor of sums. */
export function ones(context: Context, size: number): Value {
	return context.constant(`ones_${size}`, [size], elementsOf(new Array<number>(size).fill(1), 8), 1);
}

/** Whether a sum over axes of these sizes is too long to be settled. */
function isLong(sizes: readonly number[], leaf: number): boolean {
	const run = sizes[sizes.length - 1];
	const lines = sizeOf(sizes) / run;
	const leaves = Math.ceil((run - 1) / leaf);
	const ends = leaves + Math.ceil((run - 1) / LEAF_ELEMENTS[8]);
	return lines * (LINE + LEAF * ends) > MOST_GAS || lines * Math.max(leaves, 1) > MOST_LEAVES;
}

/** Sum or mean over axes, which become size 1; in stages where they are too long to be settled at once. */
export function emitAxisSum(
	context: Context,
	fused: FusedOp,
	x: Value,
	axes: readonly number[],
	mean: boolean,
): Value {
	if (mean && !isFloat(context.type(fused.output))) {
		throw context.error("the mean of whole numbers is not defined exactly", "Cast to float first");
	}
	const count = sizeOf(axes.map((axis) => x.spec.shape[axis]));
	return summed(context, fused, x, axes, mean ? count : 1);
}

function summed(context: Context, fused: FusedOp, x: Value, axes: readonly number[], divisor: number): Value {
	const { shape } = x.spec;
	const sizes = axes.map((axis) => shape[axis]);
	if (!isLong(sizes, LEAF_ELEMENTS[x.spec.width])) {
		const rawScale = x.spec.scale / divisor;
		const wanted = context.quantisation(fused.output, fused.clip, rawScale);
		const operands = [x, ones(context, sizes[sizes.length - 1])];
		const form = { type: "sum", axes } as const;
		const result = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
		if (divisor > 1 && context.widths) {
			// Its grid is that of the sums that read it (quantise/aligned-sums.ts).
			const row = { bias: 0n, ...nearestRatio(rawScale / wanted.scale, limitOf(wanted)) };
			const rescale = { rows: [row], axes: [] };
			return context.emit({ kind: "Dot", form, operands, shape: result, quantisation: wanted, rescale });
		}
		return emitConverted(context, {
			kind: "Dot",
			form,
			operands,
			shape: result,
			wanted,
			rawScale,
			bounds: fused.clip,
		});
	}
	const last = axes[axes.length - 1];
	if (shape[last] <= PIECE) {
		const part = partialSum(context, x, last);
		return summed(context, fused, part, axes.length > 1 ? axes.slice(0, -1) : axes, divisor);
	}
	const pieces = Math.ceil(shape[last] / PIECE);
	const whole = padded(context, x, last, pieces * PIECE);
	const cut = context.reshaped(whole, [...shape.slice(0, last), pieces, PIECE, ...shape.slice(last + 1)]);
	const part = partialSum(context, cut, last + 1);
	const joined = context.reshaped(part, [...shape.slice(0, last), pieces, ...shape.slice(last + 1)]);
	return summed(context, fused, joined, axes, divisor);
}

/** x with zeros behind it along one axis. */
function padded(context: Context, x: Value, axis: number, size: number): Value {
	const { shape } = x.spec;
	if (shape[axis] === size) return x;
	const own = quantisationOfValue(x);
	return context.emit({
		kind: "View",
		form: { type: "pad", begins: shape.map(() => 0), value: 0 },
		operands: [x],
		shape: shape.map((own, a) => (a === axis ? size : own)),
		quantisation: { ...own, low: Math.min(own.low, 0), high: Math.max(own.high, 0) },
	});
}

/** The sum over one axis, which becomes size 1: in 32 bits, exact if they hold it. */
function partialSum(context: Context, x: Value, axis: number): Value {
	const { shape, scale } = x.spec;
	const reach = integerReach(x) * shape[axis];
	const unit = 2 ** Math.max(0, Math.ceil(Math.log2(reach / WIDE_LIMIT)));
	const limit = Math.ceil(reach / unit);
	return emitConverted(context, {
		kind: "Dot",
		form: { type: "sum", axes: [axis] },
		operands: [x, ones(context, shape[axis])],
		shape: shape.map((size, a) => (a === axis ? 1 : size)),
		wanted: { scale: scale * unit, width: 32, low: -limit, high: limit },
		rawScale: scale,
	});
}
