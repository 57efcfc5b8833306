import type { Real } from "@umpire/graph/real.ts";
import { asRows } from "../../lower/broadcast.ts";
import { type Context, quantisationOfValue, type Value } from "../../lower/context.ts";
import { clipped, emitConverted, emitLinear } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { emitTable } from "../../lower/tables.ts";
import { type Quantisation, quantisationOf } from "../../quantise/scales.ts";
import { emitRowScaled } from "./scale.ts";

/** ONNX PRelu with a constant slope: max(x, 0) + slope·min(x, 0). */
export function lowerPRelu(fused: FusedOp, context: Context): void {
	const [xName, slopeName] = context.node.inputs;
	const slope = context.real(slopeName);
	if (!slope) throw context.error("its slope depends on the model's inputs", "Make the slope constant");
	const x = context.value(xName);
	const [first] = slope.data;
	if (slope.data.every((value) => value === first)) {
		context.bind(
			fused.output,
			emitTable(context, fused, x, (value) => (value < 0 ? first * value : value)),
		);
		return;
	}
	const { scale, width } = quantisationOfValue(x);
	const limit = 2 ** (width - 1) - 1;
	// With slopes up to 1, the larger of x and slope·x is the result.
	if (slope.data.every((value) => Math.abs(value) <= 1)) {
		const own: Quantisation = { scale, width, low: -limit, high: limit };
		const operands = [x, scaledBy(context, x, slope, own)];
		const y = context.emit({
			kind: "Max",
			form: { type: "elementwise" },
			operands,
			shape: x.spec.shape,
			quantisation: own,
		});
		context.bind(fused.output, y);
		return;
	}
	const positive = clipped(context, x, { low: 0, high: Number.POSITIVE_INFINITY });
	const negative = clipped(context, x, { low: Number.NEGATIVE_INFINITY, high: 0 });
	const steepest = slope.data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
	const reach = -(context.facts.ranges.get(xName)?.low ?? 0) * steepest;
	const wanted = quantisationOf({ low: -reach, high: reach }, context.precision, undefined, scale);
	const branch = scaledBy(context, negative, slope, wanted);
	const quantisation = context.quantisation(fused.output, undefined, Math.min(scale, branch.spec.scale));
	context.bind(fused.output, emitLinear(context, [positive, branch], [1, 1], x.spec.shape, quantisation));
}

function scaledBy(context: Context, x: Value, slope: Real, quantisation: Quantisation): Value {
	const { shape } = x.spec;
	const rows = asRows(slope, shape);
	if (rows) return emitRowScaled(context, x, { ...rows, factors: slope }, shape, quantisation);
	const constant = context.quantised("slopes", slope, context.ownQuantisation(slope, true));
	return emitConverted(context, {
		kind: "Mul",
		form: { type: "product" },
		operands: [x, constant],
		shape,
		wanted: quantisation,
		rawScale: x.spec.scale * constant.spec.scale,
	});
}
