import { int, ints } from "@umpire/graph/attributes.ts";
import { normaliseAxis, sizeOf, stridesOf } from "@umpire/graph/shapes.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { cast, choose, constantOf, finish, intsOf, numbersOf, realOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** ONNX Compress with a constant condition. */
export function decomposeCompress(node: Node, context: DecomposeContext): void {
	const [x, conditionName] = node.inputs;
	const condition = constantOf(context, conditionName, "condition")!;
	const index = condition.flatMap((is, at) => (is ? [at] : []));
	const axis = node.attributes.has("axis") ? int(node, "axis", 0) : undefined;
	const source = axis === undefined ? reshape(context, x, [-1]) : x;
	finish(context, node, context.emit("Gather", [source, intsOf(context, index)], { axis: axis ?? 0 }));
}

/** ONNX ReverseSequence: a row of the time axis for every position of both axes. */
export function decomposeReverseSequence(node: Node, context: DecomposeContext): void {
	const [x, lengths] = node.inputs;
	const shape = context.shape(x);
	const timeFirst = int(node, "time_axis", 0) === 0;
	const [time, batch] = timeFirst ? [shape[0], shape[1]] : [shape[1], shape[0]];
	const rest = shape.slice(2);
	const rows = reshape(context, x, [shape[0] * shape[1], ...rest]);
	const at = (t: number, b: number) => (timeFirst ? t * batch + b : b * time + t);
	const given = realOf(context, lengths)?.data;
	let index: string;
	if (given) {
		const order = new Int32Array(time * batch);
		for (let t = 0; t < time; t++) {
			for (let b = 0; b < batch; b++) order[at(t, b)] = at(t < given[b] ? given[b] - 1 - t : t, b);
		}
		index = intsOf(context, Array.from(order));
	} else {
		const grid = timeFirst ? [time, 1] : [1, time];
		const steps = numbersOf(
			context,
			"int64",
			grid,
			Array.from({ length: time }, (_, t) => t),
		);
		const length = reshape(context, cast(context, lengths, "int64"), timeFirst ? [1, batch] : [batch, 1]);
		const last = context.emit("Sub", [length, scalarOf(context, "int64", 1)]);
		const mirrored = context.emit("Sub", [last, steps]);
		const source = context.emit("Where", [context.emit("Less", [steps, length]), mirrored, steps]);
		const scaled = context.emit("Mul", [source, scalarOf(context, "int64", timeFirst ? batch : 1)]);
		const offsets = Array.from({ length: batch }, (_, b) => at(0, b));
		const own = numbersOf(context, "int64", timeFirst ? [1, batch] : [batch, 1], offsets);
		index = reshape(context, context.emit("Add", [scaled, own]), [-1]);
	}
	finish(context, node, reshape(context, context.emit("Gather", [rows, index], { axis: 0 }), shape));
}

/** ONNX Col2Im: every element of the image is the sum of the columns' elements that cover it. */
export function decomposeCol2Im(node: Node, context: DecomposeContext): void {
	const [x, imageName, blockName] = node.inputs;
	const image = constantOf(context, imageName, "image_shape")!;
	const block = constantOf(context, blockName, "block_shape")!;
	const rank = image.length;
	const strides = ints(node, "strides") ?? new Array<number>(rank).fill(1);
	const dilations = ints(node, "dilations") ?? new Array<number>(rank).fill(1);
	const pads = ints(node, "pads") ?? new Array<number>(2 * rank).fill(0);
	const [batches, rows, columns] = context.shape(x);
	const channels = rows / sizeOf(block);
	const windows = image.map((size, a) => {
		const reach = dilations[a] * (block[a] - 1) + 1;
		return Math.floor((size + pads[a] + pads[a + rank] - reach) / strides[a]) + 1;
	});
	const [blockStrides, windowStrides, imageStrides] = [block, windows, image].map(stridesOf);
	const covers: number[][] = Array.from({ length: sizeOf(image) }, () => []);
	for (let k = 0; k < sizeOf(block); k++) {
		for (let w = 0; w < columns; w++) {
			let place = 0;
			const inside = image.every((size, a) => {
				const inner = Math.floor(k / blockStrides[a]) % block[a];
				const window = Math.floor(w / windowStrides[a]) % windows[a];
				const at = window * strides[a] + inner * dilations[a] - pads[a];
				place += at * imageStrides[a];
				return at >= 0 && at < size;
			});
			if (inside) covers[place].push(k * columns + w);
		}
	}
	const taps = covers.reduce((most, list) => Math.max(most, list.length), 1);
	const plane = sizeOf(block) * columns;
	const index: number[] = [];
	for (let line = 0; line < batches * channels; line++) {
		for (const list of covers) {
			for (let t = 0; t < taps; t++) index.push(t < list.length ? line * plane + list[t] : -1);
		}
	}
	const type = context.type(x);
	const total = batches * channels * plane;
	const chosen = choose(context, [x], {
		total,
		index,
		shape: [batches, channels, covers.length, taps],
		type,
	});
	const sums = context.emit("ReduceSum", [chosen, intsOf(context, [-1])], { keepdims: 0 });
	finish(context, node, reshape(context, sums, [batches, channels, ...image]));
}

/** ONNX CenterCropPad: pads on both sides, then crops on both sides. */
export function decomposeCenterCropPad(node: Node, context: DecomposeContext): void {
	const [x, sizeName] = node.inputs;
	const shape = context.shape(x);
	const sizes = constantOf(context, sizeName, "shape")!;
	const axes = (ints(node, "axes") ?? shape.map((_, axis) => axis)).map((axis) => {
		const found = normaliseAxis(axis, shape.length);
		if (found === undefined) throw context.error(`axis ${axis} is out of range for rank ${shape.length}`);
		return found;
	});
	const pads = new Array<number>(2 * shape.length).fill(0);
	const starts = sizes.map((size, k) => Math.floor(Math.max(0, shape[axes[k]] - size) / 2));
	for (const [k, axis] of axes.entries()) {
		const more = Math.max(0, sizes[k] - shape[axis]);
		pads[axis] = Math.floor(more / 2);
		pads[axis + shape.length] = more - Math.floor(more / 2);
	}
	const padded = pads.some((pad) => pad > 0) ? context.emit("Pad", [x, intsOf(context, pads)]) : x;
	const bounds = [starts, starts.map((start, k) => start + sizes[k]), axes];
	finish(context, node, context.emit("Slice", [padded, ...bounds.map((values) => intsOf(context, values))]));
}

/** ONNX IsNaN and IsInf: every tensor that can be committed to is finite. */
export function decomposeNever(node: Node, context: DecomposeContext): void {
	const shape = context.shape(node.inputs[0]);
	const data = new Array<number>(sizeOf(shape)).fill(0);
	finish(context, node, context.tensor(tensorFrom("bool", shape, data)));
}

/** ONNX OptionalHasElement of what a model computes: it is there. */
export function decomposePresent(node: Node, context: DecomposeContext): void {
	finish(context, node, context.tensor(tensorFrom("bool", [], [1])));
}
