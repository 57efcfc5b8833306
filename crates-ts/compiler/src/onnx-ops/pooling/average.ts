import { int, ints } from "@umpire/graph/attributes.ts";
import type { Context, Value } from "../../lower/context.ts";
import { emitConverted, rescaleOf } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { nearestRatio } from "../../quantise/rescale-ratio.ts";
import { limitOf } from "../../quantise/scales.ts";
import { emitAxisSum, ones } from "../reductions/axis-sum.ts";
import { type Windows, windowsOf } from "./windows.ts";

/** ONNX AveragePool: a Dot with ones; where windows hang over the border the divisor depends on the position. */
export function lowerAveragePool(fused: FusedOp, context: Context): void {
	const { node } = context;
	const x = context.value(node.inputs[0]);
	const shape = context.shape(fused.output);
	const kernel = ints(node, "kernel_shape");
	if (!kernel || kernel.length !== shape.length - 2)
		throw context.error("kernel_shape is missing or does not fit");
	const size = x.spec.shape.slice(2);
	const out = shape.slice(2);
	const windows = windowsOf(context, kernel, size, out);
	const counts = kernel.map((_, axis) =>
		countAxis(windows, axis, size[axis], out[axis], int(node, "count_include_pad", 0) !== 0),
	);
	let divisors = [1];
	for (const axis of counts) divisors = divisors.flatMap((d) => axis.map((count) => d * count));
	context.bind(fused.output, emitAverage(context, fused, x, windows, divisors, shape));
}

/** How many positions of each window count along one axis. */
function countAxis(windows: Windows, axis: number, size: number, out: number, includePad: boolean): number[] {
	const { kernel, strides, dilations, pads } = windows;
	const begin = pads[axis];
	const first = includePad ? -begin : 0;
	const end = size + (includePad ? pads[axis + kernel.length] : 0);
	return Array.from({ length: out }, (_, o) => {
		let count = 0;
		for (let k = 0; k < kernel[axis]; k++) {
			const position = o * strides[axis] - begin + k * dilations[axis];
			if (position >= first && position < end) count += 1;
		}
		return Math.max(count, 1);
	});
}

function emitAverage(
	context: Context,
	fused: FusedOp,
	x: Value,
	windows: Windows,
	divisors: readonly number[],
	shape: readonly number[],
): Value {
	const form = { type: "pool", ...windows } as const;
	const operands = [x, ones(context, windows.kernel[windows.kernel.length - 1])];
	const most = divisors.reduce((a, b) => Math.max(a, b));
	const raw = x.spec.scale / most;
	const quantisation = context.quantisation(fused.output, fused.clip, raw);
	if (divisors.every((divisor) => divisor === most)) {
		return emitConverted(context, {
			kind: "Dot",
			form,
			operands,
			shape,
			wanted: quantisation,
			rawScale: raw,
			bounds: fused.clip,
		});
	}
	const limit = limitOf(quantisation);
	const rows = divisors.map((divisor) => ({
		bias: 0n,
		...nearestRatio(x.spec.scale / divisor / quantisation.scale, limit),
	}));
	const axes = shape.slice(2).map((_, axis) => axis + 2);
	return context.emit({ kind: "Dot", form, operands, shape, quantisation, rescale: rescaleOf(rows, axes) });
}

/** ONNX GlobalAveragePool. */
export function lowerGlobalAveragePool(fused: FusedOp, context: Context): void {
	const x = context.value(context.node.inputs[0]);
	const axes = x.spec.shape.slice(2).map((_, axis) => axis + 2);
	context.bind(fused.output, emitAxisSum(context, fused, x, axes, true));
}
