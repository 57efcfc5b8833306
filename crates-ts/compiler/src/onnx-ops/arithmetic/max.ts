import { broadcastShapes } from "@umpire/graph/shapes.ts";
import { alignScales } from "../../lower/align.ts";
import { clipOf } from "../../lower/clip.ts";
import { combined } from "../../lower/combined.ts";
import type { Context, Value } from "../../lower/context.ts";
import { clipped } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { negated } from "../reductions/reduce.ts";

/** ONNX Relu, Clip, and Min and Max with a constant scalar, at the operand's own scale. */
export function lowerClip(fused: FusedOp, context: Context): void {
	const { node } = context;
	const name = node.inputs.find((input) => input && !context.real(input))!;
	const range = clipOf(node, name, context.facts);
	if (!range)
		throw context.error("its bounds depend on the model's inputs", "Make min and max constant scalars");
	const y = clipped(context, context.value(name), range);
	context.bind(fused.output, context.reshaped(y, context.shape(fused.output)));
}

/** ONNX Max and Min of any number of operands. */
export function lowerMax(minimum: boolean): (fused: FusedOp, context: Context) => void {
	return (fused, context) => {
		const { node } = context;
		const variable = node.inputs.filter((input) => !context.real(input));
		if (node.inputs.length === 2 && variable.length === 1 && clipOf(node, variable[0], context.facts)) {
			lowerClip(fused, context);
			return;
		}
		const operands = alignScales(context, node.inputs);
		const signed = minimum ? operands.map((operand) => negated(context, operand)) : operands;
		const y = combined(signed, (some) => largestOf(context, some));
		context.bind(fused.output, minimum ? negated(context, y) : y);
	};
}

function largestOf(context: Context, operands: readonly Value[]): Value {
	const [{ spec }] = operands;
	const largest = operands.reduce((a, { spec: { high } }) => Math.max(a, high), spec.low);
	const floor = operands.reduce((a, { spec: { low } }) => Math.max(a, low), spec.low);
	const shape = operands.reduce<readonly number[] | undefined>(
		(all, { spec: { shape } }) => all && broadcastShapes(all, shape),
		[],
	);
	if (!shape) throw context.error("the shapes of its inputs do not broadcast");
	return context.emit({
		kind: "Max",
		form: { type: "elementwise" },
		operands,
		shape,
		quantisation: { scale: spec.scale, width: spec.width, low: floor, high: Math.max(floor, largest) },
	});
}
