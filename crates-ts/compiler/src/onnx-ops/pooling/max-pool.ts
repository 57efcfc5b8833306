import { ints } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { type Context, quantisationOfValue } from "../../lower/context.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { LARGEST_WINDOW } from "../reductions/reduce.ts";
import { type Windows, windowsOf } from "./windows.ts";

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
