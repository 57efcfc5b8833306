import { int, ints } from "@umpire/graph/attributes.ts";
import { normaliseAxis } from "@umpire/graph/shapes.ts";
import { type Context, quantisationOfValue, type Value } from "../../lower/context.ts";
import type { FusedOp } from "../../lower/fused-op.ts";

/** Output axis i reads starts[i] + steps[i]·j. */
export function emitSlice(
	context: Context,
	x: Value,
	starts: readonly number[],
	steps: readonly number[],
	shape: readonly number[],
): Value {
	const whole = starts.every(
		(start, axis) => start === 0 && steps[axis] === 1 && shape[axis] === x.spec.shape[axis],
	);
	if (whole) return x;
	const quantisation = quantisationOfValue(x);
	return context.emit({
		kind: "View",
		form: { type: "slice", starts, steps },
		operands: [x],
		shape,
		quantisation,
	});
}

/** Elements from … from + (size − 1)·step of one axis. */
export function sliceAxis(
	context: Context,
	x: Value,
	axis: number,
	from: number,
	size: number,
	step = 1,
): Value {
	const starts = x.spec.shape.map((_, a) => (a === axis ? from : 0));
	const steps = x.spec.shape.map((_, a) => (a === axis ? step : 1));
	const shape = x.spec.shape.map((own, a) => (a === axis ? size : own));
	return emitSlice(context, x, starts, steps, shape);
}

/** The largest int32, and the largest int64 as a float. */
const ENDS: ReadonlySet<number> = new Set([2 ** 31 - 1, 2 ** 63]);

/** ONNX Slice: bounds as inputs (opset ≥ 10) or attributes, negative steps, clamped bounds. */
export function lowerSlice(fused: FusedOp, context: Context): void {
	const { node } = context;
	const x = context.value(node.inputs[0]);
	const rank = x.spec.shape.length;
	const from = context.integers(node.inputs[1], "starts") ?? ints(node, "starts") ?? [];
	const to = context.integers(node.inputs[2], "ends") ?? ints(node, "ends") ?? [];
	const axes = context.integers(node.inputs[3], "axes") ?? ints(node, "axes") ?? from.map((_, k) => k);
	const by = context.integers(node.inputs[4], "steps") ?? from.map(() => 1);
	const starts = new Array<number>(rank).fill(0);
	const steps = new Array<number>(rank).fill(1);
	const shape = [...x.spec.shape];
	for (const [k, given] of axes.entries()) {
		const axis = normaliseAxis(given, rank);
		if (axis === undefined || !by[k])
			throw context.error(`axis ${given} with step ${by[k]} cannot be sliced`);
		const size = x.spec.shape[axis];
		const forward = by[k] > 0;
		const clamp = (value: number, low: number, high: number) => {
			const positive = value < 0 ? value + size : value;
			return Math.max(low, Math.min(high, positive));
		};
		const start = forward ? clamp(from[k], 0, size) : clamp(from[k], 0, size - 1);
		const last = forward ? size : -1;
		// To onnxruntime the largest integer means the end, whichever way a slice runs.
		const end = ENDS.has(to[k]) ? last : forward ? clamp(to[k], 0, size) : clamp(to[k], -1, size - 1);
		starts[axis] = start;
		steps[axis] = by[k];
		shape[axis] = Math.max(0, Math.ceil((end - start) / by[k]));
	}
	context.bind(fused.output, emitSlice(context, x, starts, steps, shape));
}

/** ONNX Split: sizes from the outputs themselves. */
export function lowerSplit(_unit: FusedOp, context: Context): void {
	const { node } = context;
	const x = context.value(node.inputs[0]);
	const axis = normaliseAxis(int(node, "axis", 0), x.spec.shape.length);
	if (axis === undefined) throw context.error("its axis is out of range");
	const given = context.integers(node.inputs[1], "sizes") ?? ints(node, "split");
	const equal = Math.ceil(x.spec.shape[axis] / node.outputs.length);
	let start = 0;
	for (const [k, name] of node.outputs.entries()) {
		const size = given?.[k] ?? Math.min(equal, x.spec.shape[axis] - start);
		if (name && context.facts.shapes.has(name)) context.bind(name, sliceAxis(context, x, axis, start, size));
		start += size;
	}
}
