import type { Range } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Form } from "@umpire/operators/program.ts";
import type { Context, Value } from "../../lower/context.ts";
import { rescaleOf } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { roundTogether } from "../../quantise/joint-rounding.ts";
import { coarsenedQuantisation, limitOf, quantisationOf } from "../../quantise/scales.ts";
import {
	type ChannelScales,
	channelAt,
	channelScales,
	isSmallProduct,
	quantiseWeights,
	type WeightLimits,
} from "../../quantise/weights.ts";
import { chosenWeightLimit, isByte } from "../../widths/factors.ts";

/** A Dot with constant weights, one scale per output channel. */
export interface WeightedDot {
	readonly form: Form;
	readonly x: Value;
	/** Name of the ONNX value that is x, where it is one. */
	readonly reads?: string | undefined;
	/** Name of the weights' ONNX value. */
	readonly name: string;
	/** Logical shape of the weights, their real numbers and the output channel of each (quantise/weights.ts). */
	readonly weightShape: readonly number[];
	readonly weights: Float64Array;
	readonly inner: number;
	readonly channels: number;
	readonly layout: readonly number[];
	/** True if the weights are operand 0 (a MatMul whose A is constant). */
	readonly weightsFirst?: boolean;
	/** The model's own bias, before the fused operator's affine tail. */
	readonly bias?: Float64Array | undefined;
	readonly shape: readonly number[];
	/** Output axis of the channels. */
	readonly axis: number;
	readonly limits: WeightLimits;
	/** Range of the output where it is not the fused operator's output. */
	readonly range?: Range;
}

/** A step of the operand times one of the weights is at most so many of the result (quantise/rescale-ratio.ts). */
const MOST_RATIO = 2 ** 14;

/** Emits the Dot with the fused operator's affine tail folded into weights and bias, and its clip. */
export function emitWeighted(context: Context, fused: FusedOp, dot: WeightedDot): Value {
	const { x, channels } = dot;
	const affine = fused.affine;
	const scaled = affine?.scale.some((scale) => scale !== 1);
	const data = scaled ? dot.weights.map((w, i) => w * affine!.scale[channelAt(dot, i)]) : dot.weights;
	const bias = Float64Array.from({ length: channels }, (_, c) => {
		const own = dot.bias?.[c] ?? 0;
		return affine ? own * affine.scale[c] + affine.shift[c] : own;
	});
	const weights = { data, inner: dot.inner, channels };
	const whole = !dot.range && !isFloat(context.type(fused.output));
	if (whole && data.some((value) => Math.abs(value) > 32767)) {
		throw context.error("its weights are whole numbers beyond 16 bits", "Cast to float before");
	}
	const limits = limitsOf(context, fused, dot);
	const channelwise = whole ? wholeScales(channels) : channelScales(weights, limits);
	const { scales } = channelwise;
	const natural = gridWith(x.spec.scale * naturalScale(scales), bias);
	const wanted = dot.range
		? quantisationOf(dot.range, context.innerPrecision, fused.clip, natural)
		: context.quantisation(fused.output, fused.clip, natural);
	const coarsest = scales.reduce((most, scale) => Math.max(most, scale), 0);
	const narrow = !whole && limits.limit < 2 ** 7;
	// Integer kernels divide: a result finer than their sums would have them done without.
	const most = narrow && context.widths && isByte(context, x) ? 1 : MOST_RATIO;
	const quantisation = coarsenedQuantisation(wanted, (x.spec.scale * coarsest) / wanted.scale, most);
	// One product by constants of one value: what it reads was measured under the name of its node's result.
	const isJoined = dot.reads !== undefined && dot.weightsFirst !== true && !whole;
	const [name] = context.node.outputs;
	const rounding = isJoined && narrow ? context.widths?.roundings.get(name) : undefined;
	const ratios = { inputScale: x.spec.scale, outputScale: quantisation.scale, limit: limitOf(wanted) };
	const { data: integers, rows } =
		rounding && !channelwise.exact.includes(true)
			? roundTogether(weights, scales, bias, { ...ratios, rounding })
			: quantiseWeights(weights, channelwise, bias, {
					...{ ...ratios, most: limits.limit, narrow },
					clips: context.widths !== undefined,
				});
	const w = context.constant(dot.name, dot.weightShape, integers, meanScale(scales), dot.layout);
	const value = context.emit({
		kind: "Dot",
		form: dot.form,
		operands: dot.weightsFirst ? [w, x] : [x, w],
		shape: dot.shape,
		quantisation,
		rescale: rescaleOf(rows, [dot.axis]),
	});
	if (isJoined) context.products.set(value.ref.index, name);
	return value;
}

/** Weights are as small as integer kernels want them where the caller says so and one gains by it. */
function limitsOf(context: Context, fused: FusedOp, dot: WeightedDot): WeightLimits {
	const result = dot.range ? undefined : context.quantisation(fused.output, fused.clip);
	const chosen = result && isFloat(context.type(fused.output)) && chosenWeightLimit(context, dot, result);
	const weightLimit = context.precision.weightLimit ?? (chosen || undefined);
	const { limits, form, shape, weights, channels } = dot;
	if (weightLimit === undefined || limits.limit <= weightLimit) return limits;
	const multiplications = (sizeOf(shape) * weights.length) / channels;
	return isSmallProduct(multiplications, form.type === "conv") ? limits : { ...limits, limit: weightLimit };
}

/** Whole weights stand for themselves. */
function wholeScales(channels: number): ChannelScales {
	return { scales: new Float64Array(channels).fill(1), exact: new Array<boolean>(channels).fill(true) };
}

/** A scale at which results lie, or 0 if constants that are added to them lie between its points. */
export function gridWith(natural: number, constants: ArrayLike<number>): number {
	const off = Array.from(constants).some((value) => {
		const places = value / natural;
		return Math.abs(places - Math.round(places)) > 1e-6 * Math.max(1, Math.abs(places));
	});
	return natural > 0 && off ? 0 : natural;
}

/** An output finer than the products of its finest channel shows nothing; the coarsest must stay representable. */
export function naturalScale(scales: Float64Array): number {
	const used = scales.filter((scale) => scale > 0);
	if (used.length === 0) return 0;
	const finest = used.reduce((a, b) => Math.min(a, b));
	const coarsest = used.reduce((a, b) => Math.max(a, b));
	return Math.max(finest, coarsest / 2 ** 13);
}

/** Weights have one scale per channel; the tensor's declared scale is informative. */
function meanScale(scales: Float64Array): number {
	const used = scales.filter((scale) => scale > 0);
	return used.length ? used.reduce((a, b) => a + b) / used.length : 1;
}
