import { int } from "@umpire/graph/attributes.ts";
import type { Real } from "@umpire/graph/real.ts";
import { sizeOf, stridesOf } from "@umpire/graph/shapes.ts";
import { type Context, elementsOf, type Value } from "../../lower/context.ts";
import { emitLinear } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { sliceAxis } from "../movement/slice.ts";
import { emitGather } from "./gather.ts";
import { constantIndices, fromStart, indexConstant, indexQuantisation } from "./indices.ts";

/**
 * ONNX GatherND: the axes that an index tuple addresses (and the batch axes before them) become one,
 * and the tuples one number each.
 */
export function lowerGatherND(fused: FusedOp, context: Context): void {
	const { node } = context;
	const [dataName, indexName] = node.inputs;
	const data = context.value(dataName);
	const tuples = context.shape(indexName);
	const batch = int(node, "batch_dims", 0);
	const length = tuples[tuples.length - 1];
	const { shape } = data.spec;
	const addressed = shape.slice(0, batch + length);
	const flat = context.reshaped(data, [sizeOf(addressed), ...shape.slice(batch + length)]);
	const places = {
		shape: tuples.slice(0, -1),
		sizes: shape.slice(batch, batch + length),
		strides: stridesOf(addressed).slice(batch),
		starts: batchStarts(tuples, shape, batch, length),
	};
	const real = context.real(indexName);
	const index = real
		? constantPlaces(context, indexName, real, places)
		: dynamicPlaces(context, context.value(indexName), context.facts.ranges.get(indexName)?.low ?? 0, places);
	context.bind(
		fused.output,
		context.reshaped(emitGather(context, index, flat, 0), context.shape(fused.output)),
	);
}

interface Places {
	/** Of the indices without the axis of the tuples. */
	readonly shape: readonly number[];
	/** Sizes and strides of the axes that a tuple addresses. */
	readonly sizes: readonly number[];
	readonly strides: readonly number[];
	/** Where the batch of each tuple begins. */
	readonly starts: readonly number[];
}

function batchStarts(
	tuples: readonly number[],
	shape: readonly number[],
	batch: number,
	length: number,
): number[] {
	const count = sizeOf(tuples.slice(0, -1));
	const perBatch = sizeOf(tuples.slice(batch, -1));
	const stride = sizeOf(shape.slice(batch, batch + length));
	return Array.from({ length: count }, (_, i) => Math.floor(i / perBatch) * stride);
}

function constantPlaces(context: Context, name: string, real: Real, places: Places): Value {
	const { sizes, strides, starts, shape } = places;
	const parts = sizes.map((size, k) => {
		const data = real.data.filter((_, i) => i % sizes.length === k);
		return constantIndices(context, { shape, data }, size);
	});
	const flat = starts.map((start, i) => parts.reduce((sum, part, k) => sum + part[i] * strides[k], start));
	return indexConstant(context, name, shape, flat);
}

function dynamicPlaces(context: Context, tuples: Value, least: number, places: Places): Value {
	const { sizes, strides, starts, shape } = places;
	const axis = tuples.spec.shape.length - 1;
	const largest = starts.reduce((a, b) => Math.max(a, b), 0) + sizes[0] * strides[0] - 1;
	const quantisation = indexQuantisation(largest);
	let terms = sizes.map((size, k) => {
		const part = context.reshaped(sliceAxis(context, tuples, axis, k, 1), shape);
		return { value: fromStart(context, part, least, size), factor: strides[k] };
	});
	if (starts.some((start) => start > 0)) {
		const value = context.constant("batch_starts", shape, elementsOf(starts, quantisation.width), 1);
		terms = [...terms, { value, factor: 1 }];
	}
	let sum = terms[0];
	for (const term of terms.slice(1)) {
		const values = [sum.value, term.value];
		const value = emitLinear(context, values, [sum.factor, term.factor], shape, quantisation);
		sum = { value, factor: 1 };
	}
	if (sum.factor === 1) return sum.value;
	return emitLinear(context, [sum.value], [sum.factor], shape, quantisation);
}
