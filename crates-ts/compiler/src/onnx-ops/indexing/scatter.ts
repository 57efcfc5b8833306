import { int, string } from "@umpire/graph/attributes.ts";
import { normaliseAxis, sizeOf, stridesOf } from "@umpire/graph/shapes.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { aroundAxis, choose, finish, intsOf, realOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import {
	combiner,
	isByLines,
	rangeOf,
	refuseComparisons,
	scatterLines,
	sharedIndex,
} from "./scatter-lines.ts";

/** More updates of one element by constant indices, or more steps of a scatter step by step, are refused. */
const MOST_LAYERS = 128;

/** ONNX ScatterND. */
export function decomposeScatterND(node: Node, context: DecomposeContext): void {
	const [data, indices, updates] = node.inputs;
	const shape = context.shape(data);
	const tuple = context.shape(indices);
	const depth = tuple[tuple.length - 1];
	const tuples = sizeOf(tuple.slice(0, -1));
	const slice = sizeOf(shape.slice(depth));
	const strides = stridesOf(shape.slice(0, depth));
	const given = realOf(context, indices);
	if (given) {
		const targets = new Int32Array(tuples * slice);
		for (let t = 0; t < tuples; t++) {
			let at = 0;
			for (let k = 0; k < depth; k++)
				at += wrapped(context, given.data[t * depth + k], shape[k]) * strides[k];
			for (let s = 0; s < slice; s++) targets[t * slice + s] = at * slice + s;
		}
		scatterConstant(node, context, data, updates, targets);
		return;
	}
	// Each tuple's flat position among the slices, as an int64 column.
	const places = sizeOf(shape.slice(0, depth));
	const index = context.emit("Cast", [indices], { to: 7 });
	const sizes = intsOf(context, shape.slice(0, depth));
	const positive = positiveIndex(context, index, sizes);
	const weighted = context.emit("Mul", [positive, intsOf(context, strides)]);
	const flat = reshape(
		context,
		context.emit("ReduceSum", [weighted, intsOf(context, [-1])], { keepdims: 0 }),
		[tuples, 1, 1],
	);
	if (isByLines(node, tuples)) {
		scatterLines(node, context, {
			sizes: { outer: 1, places, updates: tuples, inner: slice },
			data,
			index: reshape(context, flat, [tuples]),
			isShared: true,
			updates,
		});
		return;
	}
	refuseLong(context, tuples, places * slice);
	const range = rangeOf(context, [places, 1]);
	let result = reshape(context, data, [places, slice]);
	const rows = reshape(context, updates, [tuples, 1, slice]);
	for (let t = 0; t < tuples; t++) {
		const at = intsOf(context, [t]);
		const mask = context.emit("Equal", [
			reshape(context, context.emit("Gather", [flat, at], { axis: 0 }), [1, 1]),
			range,
		]);
		const update = reshape(context, context.emit("Gather", [rows, at], { axis: 0 }), [1, slice]);
		result = updated(node, context, result, mask, update);
	}
	finish(context, node, reshape(context, result, shape));
}

/** ONNX ScatterElements, and Scatter of opset 9. */
export function decomposeScatterElements(node: Node, context: DecomposeContext): void {
	const [data, indices, updates] = node.inputs;
	const shape = context.shape(data);
	const reach = context.shape(indices);
	const axis = normaliseAxis(int(node, "axis", 0), shape.length);
	if (axis === undefined) throw context.error("its axis is out of range");
	const given = realOf(context, indices);
	if (given) {
		const strides = stridesOf(shape);
		const own = stridesOf(reach);
		const targets = Int32Array.from(given.data, (index, u) =>
			shape.reduce((sum, size, a) => {
				const digit = Math.floor(u / own[a]) % reach[a];
				return sum + strides[a] * (a === axis ? wrapped(context, index, size) : digit);
			}, 0),
		);
		scatterConstant(node, context, data, updates, targets);
		return;
	}
	const size = intsOf(context, [shape[axis]]);
	if (isByLines(node, reach[axis]) && reach.every((own, a) => a === axis || own === shape[a])) {
		const shared = sharedIndex(context, indices, axis);
		const [outer, places, inner] = aroundAxis(shape, axis);
		scatterLines(node, context, {
			sizes: { outer, places, updates: reach[axis], inner },
			data,
			index: positiveIndex(context, context.emit("Cast", [shared ?? indices], { to: 7 }), size),
			isShared: shared !== undefined,
			updates,
		});
		return;
	}
	refuseLong(context, reach[axis], sizeOf(shape));
	const index = positiveIndex(context, context.emit("Cast", [indices], { to: 7 }), size);
	const range = rangeOf(
		context,
		shape.map((size, a) => (a === axis ? size : 1)),
	);
	const type = context.type(data);
	let result = data;
	for (let k = 0; k < reach[axis]; k++) {
		// Lines that the indices do not reach are compared with −1 and stay as they are.
		const picks = Int32Array.from({ length: sizeOf(shape) / shape[axis] }, (_, line) => {
			const lines = shape.map((size, a) => (a === axis ? 1 : size));
			const strides = stridesOf(lines);
			let at = 0;
			for (let a = 0; a < shape.length; a++) {
				const digit = a === axis ? k : Math.floor(line / strides[a]) % lines[a];
				if (digit >= reach[a]) return -1;
				at += digit * stridesOf(reach)[a];
			}
			return at;
		});
		const lines = shape.map((size, a) => (a === axis ? 1 : size));
		const picked = { total: sizeOf(reach), index: picks, shape: lines };
		const target = choose(context, [index], { ...picked, type: "int64", fill: -1 });
		const update = choose(context, [updates], { ...picked, type });
		result = updated(node, context, result, context.emit("Equal", [target, range]), update);
	}
	finish(context, node, result);
}

/** One step: where `mask`, the update combined with what is there. */
function updated(
	node: Node,
	context: DecomposeContext,
	current: string,
	mask: string,
	update: string,
): string {
	const reduction = string(node, "reduction", "none");
	const combined =
		reduction === "none" ? update : context.emit(combiner(context, reduction), [current, update]);
	return context.emit("Where", [mask, combined, current]);
}

function scatterConstant(
	node: Node,
	context: DecomposeContext,
	data: string,
	updates: string,
	targets: Int32Array,
): void {
	const shape = context.shape(data);
	const total = sizeOf(shape);
	const type = context.type(data);
	const reduction = string(node, "reduction", "none");
	const fill = context.constant(data) && uniform(realOf(context, data)!.data);
	const count = new Int32Array(total);
	const layers: Int32Array[] = [];
	for (let u = 0; u < targets.length; u++) {
		const at = targets[u];
		// Of several updates the last one stays, as in onnxruntime; ONNX leaves it open.
		const layer = reduction === "none" ? 0 : count[at]++;
		if (layer === layers.length) layers.push(new Int32Array(total).fill(-1));
		layers[layer][at] = u;
	}
	if (layers.length === 0) layers.push(new Int32Array(total).fill(-1));
	if (layers.length > MOST_LAYERS) {
		throw context.error(
			`it updates one element ${layers.length} times`,
			`At most ${MOST_LAYERS} times compile`,
		);
	}
	if (reduction === "none") {
		finish(context, node, merged(context, data, updates, layers[0], shape, type, fill));
		return;
	}
	const combine = combiner(context, reduction);
	let result = data;
	for (const layer of layers) {
		const neutral = reduction === "add" ? 0 : reduction === "mul" ? 1 : undefined;
		const piece =
			neutral === undefined
				? merged(context, data, updates, layer, shape, type, undefined)
				: choose(context, [updates], {
						total: sizeOf(context.shape(updates)),
						index: layer,
						shape,
						type,
						fill: neutral,
					});
		result = context.emit(combine, [result, piece]);
	}
	finish(context, node, result);
}

/** The updates where `layer` names one, elsewhere the data (or the number that all of it is). */
function merged(
	context: DecomposeContext,
	data: string,
	updates: string,
	layer: Int32Array,
	shape: readonly number[],
	type: ElementType,
	fill: number | undefined,
): string {
	const count = sizeOf(context.shape(updates));
	if (fill !== undefined || !layer.includes(-1)) {
		return choose(context, [updates], { total: count, index: layer, shape, type, fill: fill ?? 0 });
	}
	const before = layer.length;
	const index = layer.map((at, e) => (at < 0 ? e : before + at));
	return choose(context, [data, updates], { total: before + count, index, shape, type });
}

function uniform(values: Float64Array): number | undefined {
	return values.every((value) => value === values[0]) ? values[0] : undefined;
}

function wrapped(context: DecomposeContext, index: number, size: number): number {
	const at = index < 0 ? index + size : index;
	if (at < 0 || at >= size) throw context.error(`index ${index} is out of range for an axis of ${size}`);
	return at;
}

/** index + size where the index is negative. */
function positiveIndex(context: DecomposeContext, index: string, sizes: string): string {
	const negative = context.emit("Less", [index, scalarOf(context, "int64", 0)]);
	return context.emit("Where", [negative, context.emit("Add", [index, sizes]), index]);
}

function refuseLong(context: DecomposeContext, steps: number, elements: number): void {
	refuseComparisons(
		context,
		steps,
		elements,
		steps > MOST_LAYERS ? Number.POSITIVE_INFINITY : steps * elements,
	);
}
