import { int } from "@umpire/graph/attributes.ts";
import { normaliseAxis } from "@umpire/graph/shapes.ts";
import { type Context, quantisationOfValue, type Value } from "../../lower/context.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { sliceAxis } from "../movement/slice.ts";
import { emitGatherElements } from "../reductions/argmax.ts";
import { constantIndices, indexConstant, indicesOf } from "./indices.ts";

/** ONNX Gather: what of it is a slice becomes one, the rest reads where its indices point. */
export function lowerGather(fused: FusedOp, context: Context): void {
	const { node } = context;
	const [dataName, indexName] = node.inputs;
	const data = context.value(dataName, context.isWide(fused.output));
	const axis = normaliseAxis(int(node, "axis", 0), data.spec.shape.length);
	if (axis === undefined) throw context.error("its axis is out of range");
	const shape = context.shape(fused.output);
	const size = data.spec.shape[axis];
	const real = context.real(indexName);
	const constant = real && constantIndices(context, real, size);
	const step = constant && stepOf(constant);
	if (constant && step !== undefined) {
		const slice = sliceAxis(context, data, axis, constant[0], constant.length, step);
		context.bind(fused.output, context.reshaped(slice, shape));
		return;
	}
	const index = constant
		? indexConstant(context, indexName, real.shape, constant)
		: indicesOf(context, indexName, size);
	context.bind(fused.output, emitGather(context, index, data, axis));
}

/** ONNX Gather with indices from 0 on. */
export function emitGather(context: Context, index: Value, data: Value, axis: number): Value {
	return context.emit({
		kind: "Gather",
		form: { type: "gather", axis },
		operands: [index, data],
		shape: data.spec.shape.toSpliced(axis, 1, ...index.spec.shape),
		quantisation: quantisationOfValue(data),
	});
}

/** The step of an arithmetic progression; undefined for other lists and for one that stands still. */
function stepOf(indices: readonly number[]): number | undefined {
	const step = indices.length > 1 ? indices[1] - indices[0] : 1;
	return step !== 0 && indices.every((index, k) => index === indices[0] + k * step) ? step : undefined;
}

/** ONNX GatherElements. */
export function lowerGatherElements(fused: FusedOp, context: Context): void {
	const { node } = context;
	const [dataName, indexName] = node.inputs;
	const data = context.value(dataName);
	const axis = normaliseAxis(int(node, "axis", 0), data.spec.shape.length);
	if (axis === undefined) throw context.error("its axis is out of range");
	const index = indicesOf(context, indexName, data.spec.shape[axis]);
	context.bind(fused.output, emitGatherElements(context, index, data, axis));
}
