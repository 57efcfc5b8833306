import { float, ints, string } from "@umpire/graph/attributes.ts";
import { HUGE } from "@umpire/graph/ranges.ts";
import { normaliseAxis } from "@umpire/graph/shapes.ts";
import { type Context, quantisationOfValue, type Value } from "../../lower/context.ts";
import { rescaled } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { emitConcat } from "./move.ts";
import { emitSlice, sliceAxis } from "./slice.ts";

/** ONNX Pad: constant, reflect, edge and wrap; negative pads crop. */
export function lowerPad(fused: FusedOp, context: Context): void {
	const { node } = context;
	const x = context.value(node.inputs[0]);
	const rank = x.spec.shape.length;
	const pads = context.integers(node.inputs[1], "pads") ?? ints(node, "pads") ?? ints(node, "paddings");
	if (!pads) throw context.error("pads are missing");
	const axes = context.integers(node.inputs[3], "axes") ?? x.spec.shape.map((_, axis) => axis);
	const begins = new Array<number>(rank).fill(0);
	const ends = new Array<number>(rank).fill(0);
	for (const [k, given] of axes.entries()) {
		const axis = normaliseAxis(given, rank);
		if (axis === undefined) throw context.error(`axis ${given} is out of range for rank ${rank}`);
		begins[axis] = pads[k];
		ends[axis] = pads[k + axes.length];
	}
	const mode = string(node, "mode", "constant");
	if (mode === "constant") {
		const given = context.real(node.inputs[2]);
		if (node.inputs[2] && !given)
			throw context.error("its value depends on the model's inputs", "Make it constant");
		const value = given ? given.data[0] : float(node, "value", 0);
		context.bind(fused.output, emitConstantPad(context, fused, x, begins, ends, value));
		return;
	}
	if (mode !== "reflect" && mode !== "edge" && mode !== "wrap")
		throw context.error(`mode ${mode} is unknown`);
	const crop = x.spec.shape.map((size, axis) => size + Math.min(0, begins[axis]) + Math.min(0, ends[axis]));
	const starts = begins.map((begin) => Math.max(0, -begin));
	let y = emitSlice(
		context,
		x,
		starts,
		starts.map(() => 1),
		crop,
	);
	for (let axis = 0; axis < rank; axis++) {
		y = extend(context, y, axis, Math.max(0, begins[axis]), Math.max(0, ends[axis]), mode);
	}
	context.bind(fused.output, y);
}

function emitConstantPad(
	context: Context,
	fused: FusedOp,
	x: Value,
	begins: readonly number[],
	ends: readonly number[],
	value: number,
): Value {
	if (begins.every((begin) => begin === 0) && ends.every((end) => end === 0)) return x;
	let operand = x;
	let integer: number;
	if (Math.abs(value) >= HUGE) {
		// A mask such as −∞ before a maximum: no value of the tensor is beyond its own bounds.
		integer = value < 0 ? x.spec.low : x.spec.high;
	} else {
		const limit = 2 ** (x.spec.width - 1) - 1;
		if (Math.abs(value) > limit * x.spec.scale) {
			operand = rescaled(context, x, context.quantisation(fused.output));
		}
		integer = Math.round(value / operand.spec.scale) + 0;
	}
	const own = quantisationOfValue(operand);
	return context.emit({
		kind: "View",
		form: { type: "pad", begins, value: integer },
		operands: [operand],
		shape: x.spec.shape.map((size, axis) => size + begins[axis] + ends[axis]),
		quantisation: { ...own, low: Math.min(own.low, integer), high: Math.max(own.high, integer) },
	});
}

function extend(context: Context, x: Value, axis: number, begin: number, end: number, mode: string): Value {
	if (begin === 0 && end === 0) return x;
	const size = x.spec.shape[axis];
	const most = mode === "reflect" ? size - 1 : size;
	if (mode !== "edge" && Math.max(begin, end) > most) {
		throw context.error(`mode ${mode} cannot extend axis ${axis} of size ${size} by ${Math.max(begin, end)}`);
	}
	const repeat = (at: number, count: number): Value => {
		const one = sliceAxis(context, x, axis, at, 1);
		const shape = x.spec.shape.map((own, a) => (a === axis ? count : own));
		if (count === 1) return one;
		const quantisation = quantisationOfValue(x);
		return context.emit({ kind: "View", form: { type: "expand" }, operands: [one], shape, quantisation });
	};
	const piece = (count: number, atEnd: boolean): Value[] => {
		if (count === 0) return [];
		if (mode === "edge") return [repeat(atEnd ? size - 1 : 0, count)];
		if (mode === "reflect") return [sliceAxis(context, x, axis, atEnd ? size - 2 : count, count, -1)];
		return [sliceAxis(context, x, axis, atEnd ? 0 : size - count, count)];
	};
	return emitConcat(context, [...piece(begin, false), x, ...piece(end, true)], axis);
}
