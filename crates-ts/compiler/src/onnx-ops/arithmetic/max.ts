import { ints } from "@umpire/graph/attributes.ts";
import { broadcastShapes, sizeOf } from "@umpire/graph/shapes.ts";
import { alignScales } from "../../lower/align.ts";
import { clipOf } from "../../lower/clip.ts";
import { combined } from "../../lower/combined.ts";
import { type Context, quantisationOfValue, type Value } from "../../lower/context.ts";
import { clipped } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { type Windows, windowsOf } from "../pooling/windows.ts";
import { LARGEST_WINDOW, negated } from "../reductions/reduce.ts";

/** ONNX MaxPool whose Indices output nothing reads. */
export function lowerMaxPool(fused: FusedOp, context: Context): void {
	const { node } = context;
	const x = context.value(node.inputs[0]);
	const shape = context.shape(fused.output);
	const kernel = ints(node, "kernel_shape");
	if (!kernel || kernel.length !== shape.length - 2)
		throw context.error("kernel_shape is missing or does not fit");
	const windows = windowsOf(context, kernel, x.spec.shape.slice(2), shape.slice(2));
	let y = x;
	for (const stage of stagesOf(windows)) {
		const out = y.spec.shape.map((size, axis) => (stage.axes.includes(axis - 2) ? shape[axis] : size));
		y = context.emit({
			kind: "Max",
			form: { type: "pool", ...stage.windows },
			operands: [y],
			shape: out,
			quantisation: quantisationOfValue(y),
		});
	}
	context.bind(fused.output, y);
}

/** Windows too large for one cone are taken axis by axis: the maximum does not mind. */
function stagesOf(windows: Windows): { windows: Windows; axes: number[] }[] {
	const all = windows.kernel.map((_, axis) => axis);
	if (sizeOf(windows.kernel) <= LARGEST_WINDOW) return [{ windows, axes: all }];
	return all.map((axis) => {
		const only = (list: readonly number[], neutral: number) => list.map((v, a) => (a === axis ? v : neutral));
		const { kernel, strides, dilations, pads } = windows;
		const [begins, ends] = [pads.slice(0, kernel.length), pads.slice(kernel.length)];
		return {
			axes: [axis],
			windows: {
				kernel: only(kernel, 1),
				strides: only(strides, 1),
				dilations: only(dilations, 1),
				pads: [...only(begins, 0), ...only(ends, 0)],
			},
		};
	});
}

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
