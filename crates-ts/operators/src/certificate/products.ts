import { type Abstract, broadcast, type Cells, hullOf, sizeOf, uniform, zip } from "./abstract.ts";
import { intOf, intsOf, onlyAttributes, requireType, sameType } from "./attributes.ts";
import { reachOf } from "./exact.ts";
import type { Result, Site } from "./site.ts";

type Rule = (site: Site) => Result;

/** Σ of the positive and of the negative weights of each output (as magnitudes), and what they are multiples of. */
interface Weights {
	readonly positive: Float64Array;
	readonly negative: Float64Array;
	readonly unit: Float64Array;
}

/**
 * Sums a constant [outer, reduced, inner] over its middle axis; all `stack` of them together if there are several.
 *
 * @param unitAt what the weights of an output are multiples of
 */
function weightsOf(
	data: ArrayLike<number>,
	[stack, outer, reduced, inner]: readonly [number, number, number, number],
	unitAt: (output: number) => number,
): Weights {
	const count = outer * inner;
	const positive = new Float64Array(count);
	const negative = new Float64Array(count);
	let i = 0;
	for (let s = 0; s < stack; s++) {
		const [above, below] =
			stack === 1 ? [positive, negative] : [new Float64Array(count), new Float64Array(count)];
		for (let o = 0; o < outer; o++) {
			for (let r = 0; r < reduced; r++) {
				for (let output = o * inner; output < (o + 1) * inner; output++) {
					const value = data[i++];
					if (value > 0) above[output] += value;
					else below[output] -= value;
				}
			}
		}
		if (stack === 1) break;
		for (let output = 0; output < count; output++) {
			positive[output] = Math.max(positive[output], above[output]);
			negative[output] = Math.max(negative[output], below[output]);
		}
	}
	return { positive, negative, unit: Float64Array.from(positive, (_, output) => unitAt(output)) };
}

/** All partial sums of Σ w·x, in any order, and of what is added to them. */
function sums({ positive, negative, unit }: Weights, x: Cells, dims: readonly number[]): Cells {
	const { low, high, unit: step } = hullOf(x);
	const above = Math.max(high[0], 0);
	const below = Math.max(-low[0], 0);
	return {
		dims,
		low: positive.map((p, i) => -(p * below + negative[i] * above)),
		high: positive.map((p, i) => p * above + negative[i] * below),
		unit: unit.map((u) => u * step[0]),
	};
}

/** All partial sums of `count` products of two values that are no constants. */
function productSums(count: number, x: Cells, y: Cells, rank: number): Cells {
	const [a, b] = [hullOf(x), hullOf(y)];
	const corners = [a.low[0] * b.low[0], a.low[0] * b.high[0], a.high[0] * b.low[0], a.high[0] * b.high[0]];
	const unit = a.unit[0] * b.unit[0];
	return uniform(rank, count * Math.min(0, ...corners), count * Math.max(0, ...corners), unit);
}

/** The unit of a constant's cells at an output: those that vary along its axis alone, or the least of all. */
function unitAlong(value: Abstract, axis: number): (output: number) => number {
	const { dims, unit } = value.cells;
	const isAlong = dims.every((size, i) => size === 1 || i === axis) && dims[axis] !== 1;
	const least = unit.reduce((a, b) => Math.min(a, b));
	return (output) => (isAlong ? unit[output] : least);
}

/** [..., m, k] × [..., k, n] */
export function matrixProduct(left: Abstract, right: Abstract): Pick<Result, "shape" | "cells"> {
	const [m, k] = left.shape.slice(-2);
	const [inner, n] = right.shape.slice(-2);
	if (k !== inner || left.shape.length < 2 || right.shape.length < 2) {
		throw new Error(`a product of [${left.shape}] and [${right.shape}]`);
	}
	const leading = broadcast(left.shape.slice(0, -2), right.shape.slice(0, -2));
	const shape = [...leading, m, n];
	const ones = leading.map(() => 1);
	if (right.data !== undefined) {
		const stack = sizeOf(right.shape.slice(0, -2));
		const unit = unitAlong(perColumn(right), right.shape.length - 1);
		const weights = weightsOf(right.data, [stack, 1, k, n], unit);
		return { shape, cells: sums(weights, left.cells, [...ones, 1, n]) };
	}
	if (left.data !== undefined) {
		const stack = sizeOf(left.shape.slice(0, -2));
		const unit = unitAlong(perRow(left), left.shape.length - 2);
		const weights = weightsOf(left.data, [stack, m, k, 1], unit);
		return { shape, cells: sums(weights, right.cells, [...ones, m, 1]) };
	}
	return { shape, cells: productSums(k, left.cells, right.cells, shape.length) };
}

/** A constant whose cells are told apart along one axis only. */
const along =
	(place: (rank: number) => number) =>
	(value: Abstract): Abstract => {
		const { cells, shape } = value;
		const axis = place(shape.length);
		const others = cells.dims.some((size, i) => size !== 1 && i !== axis);
		if (!others) return value;
		const size = cells.dims[axis];
		const unit = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
		const behind = sizeOf(cells.dims.slice(axis + 1));
		cells.unit.forEach((u, i) => {
			const at = Math.floor(i / behind) % size;
			unit[at] = Math.min(unit[at], u);
		});
		const bound = hullOf(cells, shape.length);
		const dims = cells.dims.map((length, i) => (i === axis ? length : 1));
		const fill = (number: number) => new Float64Array(size).fill(number);
		return { ...value, cells: { dims, low: fill(bound.low[0]), high: fill(bound.high[0]), unit } };
	};
const perColumn = along((rank) => rank - 1);
const perRow = along((rank) => rank - 2);
const perFirst = along(() => 0);

const matMul: Rule = (site) => {
	onlyAttributes(site);
	requireType(site, "float32", "float64");
	const [left, right] = site.inputs;
	return { type: sameType(site), ...matrixProduct(left, right) };
};

/** What the partial sums of a product reach with a bias among them, at any place in the order. */
export const partialOf = (product: Cells, bias: Cells): Cells =>
	zip(product, bias, ([l, h, u], [m, i, v]) => [l + Math.min(m, 0), h + Math.max(i, 0), Math.min(u, v)]);

/** A sum and its bias, which may join the partial sums at any place in the order. */
function withBias(
	type: "float32" | "float64",
	shape: readonly number[],
	product: Cells,
	bias: Cells,
): Result {
	const dims = [...Array<number>(product.dims.length - bias.dims.length).fill(1), ...bias.dims];
	const added = { ...bias, dims };
	const cells = zip(product, added, ([l, h, u], [m, i, v]) => [l + m, h + i, Math.min(u, v)]);
	return { type, shape, cells, reach: [reachOf(partialOf(product, added), type)] };
}

const gemm: Rule = (site) => {
	onlyAttributes(site);
	requireType(site, "float32", "float64");
	const [left, right, bias] = site.inputs;
	const product = matrixProduct(left, right);
	const type = sameType(site) === "float32" ? "float32" : "float64";
	if (bias === undefined) return { type, ...product };
	return withBias(type, product.shape, product.cells, bias.cells);
};

/** The attributes of a convolution that rules take into account. */
export const CONVOLUTION = ["kernel_shape", "strides", "pads", "dilations", "group"] as const;

/** The sums of a convolution, without its bias. */
export function convolution(
	site: Site,
	x: Abstract,
	w: Abstract,
): { readonly shape: readonly number[]; readonly product: Cells; readonly scratch: number } {
	const group = intOf(site, "group", 1);
	const [m, channels, ...kernel] = w.shape;
	if (x.shape[1] !== channels * group || m % group !== 0)
		throw new Error(`a Conv of [${x.shape}] by [${w.shape}]`);
	const rank = kernel.length;
	const [strides, dilations] = ["strides", "dilations"].map(
		(name) => intsOf(site, name) ?? kernel.map(() => 1),
	);
	const pads = intsOf(site, "pads") ?? [...kernel, ...kernel].map(() => 0);
	const spatial = kernel.map((taps, i) => {
		const room = x.shape[i + 2] + pads[i] + pads[i + rank] - (taps - 1) * dilations[i] - 1;
		return Math.floor(room / strides[i]) + 1;
	});
	const shape = [x.shape[0], m, ...spatial];
	const count = channels * sizeOf(kernel);
	// Beyond three axes the kernel copies every window.
	const scratch = rank > 3 ? group * count * sizeOf([x.shape[0], ...spatial]) : 0;
	const dims = shape.map((_, axis) => (axis === 1 ? m : 1));
	const product =
		w.data === undefined
			? productSums(count, x.cells, w.cells, shape.length)
			: sums(weightsOf(w.data, [1, m, count, 1], unitAlong(perFirst(w), 0)), x.cells, dims);
	return { shape, product, scratch };
}

const conv: Rule = (site) => {
	onlyAttributes(site, ...CONVOLUTION);
	requireType(site, "float32");
	const [x, w, bias] = site.inputs;
	const { shape, product, scratch } = convolution(site, x, w);
	if (bias === undefined) return { type: "float32", shape, cells: product, scratch };
	const channel = { ...bias.cells, dims: [bias.cells.dims[0], ...shape.slice(2).map(() => 1)] };
	return { ...withBias("float32", shape, product, channel), scratch };
};

export const products: Readonly<Record<string, Rule>> = { Conv: conv, Gemm: gemm, MatMul: matMul };
