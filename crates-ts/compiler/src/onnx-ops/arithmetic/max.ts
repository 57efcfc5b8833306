import { ints } from "@umpire/graph/attributes.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { broadcastShapes, sizeOf } from "@umpire/graph/shapes.ts";
import { clipOf } from "../../lower/clip.ts";
import { combined } from "../../lower/combined.ts";
import { type Context, quantisationOfValue, type Value } from "../../lower/context.ts";
import { clipped, rescaled } from "../../lower/emit.ts";
import type { Unit } from "../../lower/fuse.ts";
import { limitOf, type Quantisation } from "../../quantise/scales.ts";
import { type Windows, windowsOf } from "../pooling/windows.ts";
import { LARGEST_WINDOW, negated } from "../reductions/reduce.ts";

/** ONNX MaxPool whose Indices output nothing reads. */
export function lowerMaxPool(unit: Unit, context: Context): void {
	const { node } = context;
	const x = context.value(node.inputs[0]);
	const shape = context.shape(unit.output);
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
	context.bind(unit.output, y);
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
export function lowerClip(unit: Unit, context: Context): void {
	const { node } = context;
	const name = node.inputs.find((input) => input && !context.real(input))!;
	const range = clipOf(node, name, context.facts);
	if (!range)
		throw context.error("its bounds depend on the model's inputs", "Make min and max constant scalars");
	const y = clipped(context, context.value(name), range);
	context.bind(unit.output, context.reshaped(y, context.shape(unit.output)));
}

/** ONNX Max and Min of any number of operands. */
export function lowerMax(minimum: boolean): (unit: Unit, context: Context) => void {
	return (unit, context) => {
		const { node } = context;
		const variable = node.inputs.filter((input) => !context.real(input));
		if (node.inputs.length === 2 && variable.length === 1 && clipOf(node, variable[0], context.facts)) {
			lowerClip(unit, context);
			return;
		}
		const operands = alignScales(context, node.inputs);
		const signed = minimum ? operands.map((operand) => negated(context, operand)) : operands;
		const y = combined(signed, (some) => largestOf(context, some));
		context.bind(unit.output, minimum ? negated(context, y) : y);
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

/** Brings inputs to the coarsest of their scales; constants are quantised to it directly. */
export function alignScales(context: Context, names: readonly string[]): Value[] {
	const specs = names.map((name) => context.value(name).spec);
	const coarsest = specs.reduce((a, b) => (b.scale > a.scale ? b : a));
	const width = specs.reduce((a, b) => (b.width > a.width ? b : a)).width;
	const widest = specs.filter((spec) => spec.width === width).map(limitOf);
	const limit = isFloat(context.type(names[0])) ? Math.max(...widest) : 2 ** (width - 1) - 1;
	const target: Quantisation = { scale: coarsest.scale, width, low: -limit, high: limit };
	return names.map((name) => {
		const value = context.value(name);
		if (value.spec.scale === target.scale && value.spec.width === target.width) return value;
		const real = context.real(name);
		if (real) return context.quantised(name, real, target);
		return rescaled(context, value, shrink(value, target));
	});
}

/** The target's scale with the operand's own sign: what was non-negative stays so. */
function shrink(value: Value, target: Quantisation): Quantisation {
	return {
		...target,
		low: value.spec.low >= 0 ? 0 : target.low,
		high: value.spec.high <= 0 ? 0 : target.high,
	};
}
