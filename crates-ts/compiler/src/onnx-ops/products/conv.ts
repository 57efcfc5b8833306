import { int } from "@umpire/graph/attributes.ts";
import { identityLayout, sizeOf } from "@umpire/graph/shapes.ts";
import type { Form } from "@umpire/operators/program.ts";
import { type Context, integerReach, type Value } from "../../lower/context.ts";
import { convert, rescaleOf } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { biasOf } from "../../quantise/rescale-ratio.ts";
import { convolutionSums, narrowSums, WEIGHT_LIMIT, type WeightLimits } from "../../quantise/weights.ts";
import { factorOf, isByte, singleLimitsOf } from "../../widths/factors.ts";
import { emitWeighted } from "../arithmetic/product.ts";
import { windowsOf } from "../pooling/windows.ts";

export type ConvForm = Extract<Form, { type: "conv" }>;

function convolutionLimits(
	context: Context,
	x: Value,
	weightShape: readonly number[],
	group: number,
	reads: string | undefined,
): WeightLimits {
	const single = singleLimitsOf(context, x, reads);
	if (single) return { limit: WEIGHT_LIMIT, ...single };
	const byte = isByte(context, x);
	const narrow = context.precision.bits === 8 || byte;
	const reach = byte ? integerReach(x) : 0;
	return { limit: WEIGHT_LIMIT, ...(narrow ? narrowSums(reach) : convolutionSums(weightShape, group)) };
}

/** Weights [M, C/g, …kernel] are stored with a window's channels next to each other. */
export function weightLayout(rank: number): number[] {
	const [m, c, ...kernel] = identityLayout(rank);
	return [m, ...kernel, c];
}

/** ONNX Conv in 1 to 3 dimensions. */
export function lowerConv(fused: FusedOp, context: Context): void {
	const { node } = context;
	const [xName, wName, bName] = node.inputs;
	const x = factorOf(context, xName);
	const weightShape = context.shape(wName);
	const shape = context.shape(node.outputs[0]);
	const { kernel: _, ...windows } = windowsOf(
		context,
		weightShape.slice(2),
		x.spec.shape.slice(2),
		shape.slice(2),
	);
	const form: ConvForm = { type: "conv", ...windows, group: int(node, "group", 1) };
	context.bind(fused.output, emitConv(context, fused, form, x, wName, bName, weightShape, shape));
}

function emitConv(
	context: Context,
	fused: FusedOp,
	form: ConvForm,
	x: Value,
	wName: string,
	bName: string | undefined,
	weightShape: readonly number[],
	shape: readonly number[],
): Value {
	const bias = context.real(bName);
	if (bName && !bias)
		throw context.error("its bias depends on the model's inputs", "Add it after the convolution");
	const weights = context.real(wName);
	if (weights) {
		return emitConstantConv(context, fused, {
			form,
			x,
			reads: context.node.inputs[0],
			name: wName,
			weightShape,
			weights: weights.data,
			bias: bias?.data,
			shape,
		});
	}
	const w = context.value(wName);
	const raw = x.spec.scale * w.spec.scale;
	const { quantisation, row } = convert(context.quantisation(fused.output, fused.clip, raw), raw, fused.clip);
	const rows = Array.from(bias?.data ?? [0], (b) => ({ ...row, bias: biasOf(b / raw) }));
	return context.emit({
		kind: "Dot",
		form,
		operands: [x, w],
		shape,
		quantisation,
		rescale: rescaleOf(rows, [1]),
	});
}

/** A convolution with constant weights. */
export interface ConstantConv {
	readonly form: ConvForm;
	readonly x: Value;
	/** The ONNX value that is x, where it is one. */
	readonly reads?: string | undefined;
	/** Of the weights. */
	readonly name: string;
	/** [M, C/g, …kernel] */
	readonly weightShape: readonly number[];
	readonly weights: Float64Array;
	readonly bias: Float64Array | undefined;
	/** Of the output. */
	readonly shape: readonly number[];
}

export function emitConstantConv(context: Context, fused: FusedOp, conv: ConstantConv): Value {
	const { form, weightShape } = conv;
	return emitWeighted(context, fused, {
		...conv,
		inner: sizeOf(weightShape.slice(1)),
		channels: weightShape[0],
		layout: weightLayout(weightShape.length),
		axis: 1,
		limits: convolutionLimits(context, conv.x, weightShape, form.group, conv.reads),
	});
}
