import { hasEmptyWindow } from "../windows.ts";
import {
	type Abstract,
	broadcast,
	type Cells,
	hullOf,
	hullOfAll,
	reshapedCells,
	sizeOf,
	uniform,
} from "./abstract.ts";
import { intOf, intsOf, numbersOf, onlyAttributes, sameType } from "./attributes.ts";
import type { Result, Site } from "./site.ts";

type Rule = (site: Site) => Result;

/** The same values elsewhere: one cell around all of them. */
const moved = (
	{ type, cells }: Abstract,
	shape: readonly number[],
	others: readonly Cells[] = [],
): Result => ({
	type,
	shape,
	cells: hullOfAll([cells, ...others], shape.length),
	settled: true,
});

const identity: Rule = (site) => {
	onlyAttributes(site);
	const { name: _, ...same } = site.inputs[0];
	return same;
};

const reshape: Rule = (site) => {
	onlyAttributes(site);
	const [x, target] = site.inputs;
	const shape = numbersOf(target, "the shape of a Reshape");
	if (sizeOf(shape) !== sizeOf(x.shape)) throw new Error(`Reshape of [${x.shape}] to [${shape}]`);
	const { type, data, rounded } = x;
	return { type, shape, cells: reshapedCells(x.cells, x.shape, shape), data, rounded, settled: true };
};

const transpose: Rule = (site) => {
	onlyAttributes(site, "perm");
	const [x] = site.inputs;
	const order = intsOf(site, "perm") ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
	const shape = order.map((axis) => x.shape[axis]);
	if (x.data === undefined) return moved(x, shape);
	const data = new Float64Array(x.data.length);
	const strides = x.shape.map((_, axis) => sizeOf(x.shape.slice(axis + 1)));
	const position = shape.map(() => 0);
	for (let i = 0; i < data.length; i++) {
		data[i] = x.data[order.reduce((at, axis, k) => at + strides[axis] * position[k], 0)];
		for (let axis = shape.length - 1; axis >= 0; axis--) {
			if (++position[axis] < shape[axis]) break;
			position[axis] = 0;
		}
	}
	return { type: x.type, shape, cells: hullOf(x.cells, shape.length), data, settled: true };
};

const slice: Rule = (site) => {
	onlyAttributes(site);
	const [x, ...lists] = site.inputs;
	const [starts, ends] = lists.slice(0, 2).map((list) => numbersOf(list, "a bound of a Slice"));
	const axes = lists[2] === undefined ? starts.map((_, i) => i) : numbersOf(lists[2], "the axes of a Slice");
	const steps = lists[3] === undefined ? starts.map(() => 1) : numbersOf(lists[3], "the steps of a Slice");
	const shape = [...x.shape];
	axes.forEach((axis, i) => {
		const size = x.shape[axis];
		const [from, to] = [starts[i], ends[i]].map((place) => {
			const counted = place < 0 ? place + size : place;
			return Math.min(Math.max(counted, steps[i] < 0 ? -1 : 0), steps[i] < 0 ? size - 1 : size);
		});
		shape[axis] = Math.max(Math.ceil((to - from) / steps[i]), 0);
	});
	return moved(x, shape);
};

const pad: Rule = (site) => {
	onlyAttributes(site);
	const [x, list, value] = site.inputs;
	const pads = numbersOf(list, "the pads of a Pad");
	const rank = x.shape.length;
	const shape = x.shape.map((size, axis) => size + pads[axis] + pads[axis + rank]);
	const outside = value?.cells ?? uniform(0, 0, 0);
	if (value !== undefined && value.type !== x.type) throw new Error("Pad with a value of another type");
	return moved(x, shape, [outside]);
};

const expand: Rule = (site) => {
	onlyAttributes(site);
	const [x, target] = site.inputs;
	return moved(x, broadcast(x.shape, numbersOf(target, "the shape of an Expand")));
};

const tile: Rule = (site) => {
	onlyAttributes(site);
	const [x, list] = site.inputs;
	const repeats = numbersOf(list, "the repeats of a Tile");
	return moved(
		x,
		x.shape.map((size, axis) => size * repeats[axis]),
	);
};

const concat: Rule = (site) => {
	onlyAttributes(site, "axis");
	sameType(site);
	const [x, ...others] = site.inputs;
	const axis = intOf(site, "axis", 0);
	const size = site.inputs.reduce((total, { shape }) => total + shape[axis], 0);
	return moved(
		x,
		x.shape.with(axis, size),
		others.map(({ cells }) => cells),
	);
};

/** Gather and GatherElements: the index lies within the data, whatever the inputs are. */
const picked =
	(shapeOf: (data: readonly number[], index: readonly number[], axis: number) => readonly number[]): Rule =>
	(site) => {
		onlyAttributes(site, "axis");
		const [data, index] = site.inputs;
		const axis = intOf(site, "axis", 0);
		if (index.type !== "int32" && index.type !== "int64") throw new Error(`an index of type ${index.type}`);
		const { low, high } = hullOf(index.cells);
		if (!(axis >= 0 && axis < data.shape.length)) throw new Error(`an axis ${axis} of ${data.shape.length}`);
		if (low[0] < 0 || high[0] >= data.shape[axis]) {
			throw new Error(`an index from ${low[0]} to ${high[0]} into ${data.shape[axis]} places`);
		}
		return moved(data, shapeOf(data.shape, index.shape, axis));
	};

/** The largest value of a window; −∞, as it were, where a window lies in the padding. */
const maxPool: Rule = (site) => {
	onlyAttributes(site, "kernel_shape", "strides", "pads", "dilations");
	const [x] = site.inputs;
	const rank = x.shape.length - 2;
	const kernel = intsOf(site, "kernel_shape") ?? [];
	if (kernel.length !== rank || rank < 1 || rank > 3) throw new Error(`MaxPool over ${rank} axes`);
	const strides = intsOf(site, "strides") ?? kernel.map(() => 1);
	const dilations = intsOf(site, "dilations") ?? kernel.map(() => 1);
	const pads = intsOf(site, "pads") ?? [...kernel, ...kernel].map(() => 0);
	let isEmpty = false;
	const spatial = kernel.map((taps, i) => {
		const size = x.shape[i + 2];
		const room = size + pads[i] + pads[i + rank] - (taps - 1) * dilations[i] - 1;
		const count = Math.floor(room / strides[i]) + 1;
		const axis = { size, output: count, kernel: taps, stride: strides[i], dilation: dilations[i] };
		if (hasEmptyWindow({ ...axis, begin: pads[i] })) isEmpty = true;
		return count;
	});
	const shape = [...x.shape.slice(0, 2), ...spatial];
	const cells = hullOf(x.cells, shape.length);
	if (!isEmpty) return { type: x.type, shape, cells };
	return { type: x.type, shape, cells: { ...cells, low: Float64Array.of(-Infinity) }, rounded: true };
};

export const moves: Readonly<Record<string, Rule>> = {
	Concat: concat,
	Expand: expand,
	Gather: picked((data, index, axis) => data.toSpliced(axis, 1, ...index)),
	GatherElements: picked((_, index) => index),
	Identity: identity,
	MaxPool: maxPool,
	Pad: pad,
	Reshape: reshape,
	Slice: slice,
	Tile: tile,
	Transpose: transpose,
};
