import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { axisOf, reduced } from "../axes.ts";
import { scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** x − max over `axes`, of which the compiler knows by the Clip that it is never positive. */
export function belowMaximum(
	context: DecomposeContext,
	x: string,
	type: ElementType,
	axes: readonly number[],
): string {
	const shifted = context.emit("Sub", [x, reduced(context, "ReduceMax", x, axes)]);
	return context.emit("Clip", [shifted, "", scalarOf(context, type, 0)]);
}

/** exp(−16) shows nothing in 16 bits; without this bound the exponents would get too coarse a grid. */
const LEAST_EXPONENT = -16;

/** exp of numbers that are not positive. */
export function exponential(context: DecomposeContext, x: string, type: ElementType): string {
	return context.emit("Exp", [context.emit("Clip", [x, scalarOf(context, type, LEAST_EXPONENT)])]);
}

/**
 * exp(x − max) and its sum along `axis`: without the maximum, exponentials of 16 bits would
 * leave nothing of all but the largest.
 */
function exponentials(
	node: Node,
	context: DecomposeContext,
): { shifted: string; powers: string; sum: string } {
	const [x] = node.inputs;
	const axes = context.shape(x).length === 0 ? [] : [axisOf(node, context, -1)];
	const shifted = belowMaximum(context, x, context.type(x), axes);
	const powers = exponential(context, shifted, context.type(x));
	return { shifted, powers, sum: reduced(context, "ReduceSum", powers, axes) };
}

/** ONNX Softmax of opset 13 on; older ones arrive flattened to two dimensions (onnx/opset.ts). */
export function decomposeSoftmax(node: Node, context: DecomposeContext): void {
	const { powers, sum } = exponentials(node, context);
	context.emit("Div", [powers, sum], {}, node.outputs);
}

/** ONNX LogSoftmax: (x − max) − log Σ exp(x − max). */
export function decomposeLogSoftmax(node: Node, context: DecomposeContext): void {
	const [x] = node.inputs;
	const shape = context.shape(x);
	if (shape.length === 0 || shape[axisOf(node, context, -1)] === 1) {
		// Exactly 0, which the logarithm of a rounded 1 would miss.
		context.emit("Sub", [x, x], {}, node.outputs);
		return;
	}
	const { shifted, sum } = exponentials(node, context);
	context.emit("Sub", [shifted, context.emit("Log", [sum])], {}, node.outputs);
}
