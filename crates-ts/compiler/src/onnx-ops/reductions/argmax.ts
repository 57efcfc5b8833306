import { int } from "@umpire/graph/attributes.ts";
import { normaliseAxis } from "@umpire/graph/shapes.ts";
import { type Context, quantisationOfValue, type Value } from "../../lower/context.ts";
import { emitLinear } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { wholeUpTo } from "../../quantise/scales.ts";
import { emitConcat } from "../movement/move.ts";
import { sliceAxis } from "../movement/slice.ts";
import { emitAxisMax, LARGEST_WINDOW, negated } from "./reduce.ts";

/** ONNX ArgMax, and ArgMin as the ArgMax of −x. */
export function lowerArgMax(minimum: boolean): (fused: FusedOp, context: Context) => void {
	return (fused, context) => {
		const { node } = context;
		const x = context.value(node.inputs[0]);
		const axis = normaliseAxis(int(node, "axis", 0), x.spec.shape.length);
		if (axis === undefined) throw context.error("its axis is out of range");
		const operand = minimum ? negated(context, x) : x;
		const y = emitArgMax(context, operand, axis, int(node, "select_last_index", 0) === 1);
		context.bind(fused.output, context.reshaped(y, context.shape(fused.output)));
	};
}

/** The position of the largest element along an axis, which becomes size 1. */
function emitArgMax(context: Context, x: Value, axis: number, selectLast: boolean): Value {
	const size = x.spec.shape[axis];
	if (size > LARGEST_WINDOW) return emitStagedArgMax(context, x, axis, selectLast);
	return context.emit({
		kind: "ArgMax",
		form: { type: "argmax", axis, selectLast },
		operands: [x],
		shape: x.spec.shape.with(axis, 1),
		quantisation: wholeUpTo(size - 1),
	});
}

/** A cone holds LARGEST_WINDOW elements: longer axes go piece by piece, then over the pieces' largest elements. */
function emitStagedArgMax(context: Context, x: Value, axis: number, selectLast: boolean): Value {
	const size = x.spec.shape[axis];
	const maxima: Value[] = [];
	const positions: Value[] = [];
	for (let from = 0; from < size; from += LARGEST_WINDOW) {
		const piece = sliceAxis(context, x, axis, from, Math.min(LARGEST_WINDOW, size - from));
		maxima.push(emitAxisMax(context, piece, [axis]));
		positions.push(emitArgMax(context, piece, axis, selectLast));
	}
	const best = emitArgMax(context, emitConcat(context, maxima, axis), axis, selectLast);
	const widest = positions[0].spec;
	const within = emitGatherElements(
		context,
		best,
		emitConcat(
			context,
			positions.map((position) => widened(context, position, widest.width)),
			axis,
		),
		axis,
	);
	return emitLinear(context, [best, within], [LARGEST_WINDOW, 1], best.spec.shape, wholeUpTo(size - 1));
}

/** The same whole numbers in a wider tensor. */
function widened(context: Context, x: Value, width: 8 | 16 | 32): Value {
	if (x.spec.width === width) return x;
	return emitLinear(context, [x], [1], x.spec.shape, { ...quantisationOfValue(x), width });
}

/** ONNX GatherElements with indices from 0 on. */
export function emitGatherElements(context: Context, index: Value, data: Value, axis: number): Value {
	return context.emit({
		kind: "Gather",
		form: { type: "gatherElements", axis },
		operands: [index, data],
		shape: index.spec.shape,
		quantisation: quantisationOfValue(data),
	});
}
