import type { ElementType } from "@umpire/onnx/model.ts";

/**
 * What is known of a tensor of a function body, for every admissible input: in each cell every value lies in
 * low … high and is a multiple of `unit`, a power of two. Cells broadcast over the tensor: `dims` has the tensor's
 * rank, each entry 1 or the axis' whole size.
 */
export interface Cells {
	readonly dims: readonly number[];
	readonly low: Float64Array;
	readonly high: Float64Array;
	readonly unit: Float64Array;
}

/** What two values have to do with each other where bounds alone know too little. */
export type Relation =
	/** a float32 sum with 1.5·2^(23 + b): the nearest multiple of 2^b, displaced */
	| { readonly kind: "displaced"; readonly of: string; readonly by: number; readonly unit: number }
	/** the multiple of `unit` below, or nearest to, value `of` */
	| { readonly kind: "multiple"; readonly of: string; readonly unit: number; readonly nearest: boolean }
	/** `of`·2^-k, and its floor */
	| { readonly kind: "shifted" | "floored"; readonly of: string; readonly unit: number }
	/** true exactly where value `of` is 0 */
	| { readonly kind: "zero"; readonly of: string }
	/** never 0 */
	| { readonly kind: "nonzero" }
	/** a correctly rounded quotient of whole numbers: only its floor, its ceiling and its sign are known */
	| { readonly kind: "quotient" }
	/** true exactly where a quotient is negative */
	| { readonly kind: "negative" };

export interface Abstract {
	readonly name: string;
	readonly type: ElementType;
	readonly shape: readonly number[];
	readonly cells: Cells;
	/** The elements of a constant. */
	readonly data?: ArrayLike<number> | undefined;
	readonly relation?: Relation | undefined;
	/**
	 * Values outside of what the type holds exactly were rounded, monotonically: a clip that lets through nothing of
	 * them makes the rest exact.
	 */
	readonly rounded?: boolean | undefined;
}

/** The same bounds and unit everywhere. */
export function uniform(rank: number, low: number, high: number, unit = 1): Cells {
	return {
		dims: Array<number>(rank).fill(1),
		low: Float64Array.of(low),
		high: Float64Array.of(high),
		unit: Float64Array.of(unit),
	};
}

export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);

/** Zero is a multiple of everything. */
const ZERO_UNIT = 2 ** 60;

/** The largest power of two that a number is a multiple of. */
export function unitOf(value: number): number {
	if (value === 0) return ZERO_UNIT;
	let unit = 2 ** Math.floor(Math.log2(Math.abs(value)));
	// log2 may round up to the next power.
	while (unit > Math.abs(value)) unit /= 2;
	let rest = Math.abs(value) % unit;
	while (rest !== 0) {
		unit /= 2;
		rest %= unit;
	}
	return unit;
}

/** Bounds of a constant's elements in cells of `dims`; `unit` if it is known without looking. */
export function cellsOfData(
	data: ArrayLike<number>,
	shape: readonly number[],
	dims: readonly number[],
	unit?: number,
): Cells {
	const count = sizeOf(dims);
	const low = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
	const high = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
	const units = new Float64Array(count).fill(unit ?? Number.POSITIVE_INFINITY);
	const take = (cell: number, value: number) => {
		if (value < low[cell]) low[cell] = value;
		if (value > high[cell]) high[cell] = value;
		if (unit === undefined) units[cell] = Math.min(units[cell], unitOf(value));
	};
	if (count === 1) for (let i = 0; i < data.length; i++) take(0, data[i]);
	else walkCells(shape, dims, (i, cell) => take(cell, data[i]));
	return { dims, low, high, unit: units };
}

/** Calls back for every element with the cell that it lies in. */
export function walkCells(
	shape: readonly number[],
	dims: readonly number[],
	visit: (element: number, cell: number) => void,
): void {
	const strides = cellStrides(shape.length, dims);
	const position = shape.map(() => 0);
	const count = sizeOf(shape);
	let cell = 0;
	for (let element = 0; element < count; element++) {
		visit(element, cell);
		for (let axis = shape.length - 1; axis >= 0; axis--) {
			cell += strides[axis];
			if (++position[axis] < shape[axis]) break;
			cell -= strides[axis] * shape[axis];
			position[axis] = 0;
		}
	}
}

/** How far the cell moves with an axis of a tensor of `rank` axes; 0 where cells broadcast. */
function cellStrides(rank: number, dims: readonly number[]): number[] {
	const strides = Array<number>(rank).fill(0);
	let stride = 1;
	for (let i = dims.length - 1; i >= 0; i--) {
		if (dims[i] !== 1) strides[rank - dims.length + i] = stride;
		stride *= dims[i];
	}
	return strides;
}

/** The shape that two shapes (or lists of cells) broadcast to. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
	const rank = Math.max(a.length, b.length);
	return Array.from({ length: rank }, (_, axis) => {
		const [x, y] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
		if (x !== y && x !== 1 && y !== 1) throw new Error(`[${a}] and [${b}] do not broadcast`);
		return Math.max(x, y);
	});
}

type Bound = readonly [low: number, high: number, unit: number];

/** More cells than this are not kept apart: two long columns of cells would make a table of all their pairs. */
const MOST_CELLS = 2 ** 22;

/** Combines cell with cell. */
export function zip(a: Cells, b: Cells, combine: (a: Bound, b: Bound) => Bound): Cells {
	const dims = broadcast(a.dims, b.dims);
	const count = sizeOf(dims);
	if (count > MOST_CELLS) return zip(hullOf(a, dims.length), hullOf(b, dims.length), combine);
	const [low, high, unit] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
	const [strideA, strideB] = [a, b].map((cells) => cellStrides(dims.length, cells.dims));
	const position = dims.map(() => 0);
	let [i, j] = [0, 0];
	for (let cell = 0; cell < count; cell++) {
		[low[cell], high[cell], unit[cell]] = combine(
			[a.low[i], a.high[i], a.unit[i]],
			[b.low[j], b.high[j], b.unit[j]],
		);
		for (let axis = dims.length - 1; axis >= 0; axis--) {
			i += strideA[axis];
			j += strideB[axis];
			if (++position[axis] < dims[axis]) break;
			i -= strideA[axis] * dims[axis];
			j -= strideB[axis] * dims[axis];
			position[axis] = 0;
		}
	}
	return { dims, low, high, unit };
}

export function mapCells(cells: Cells, change: (bound: Bound) => Bound): Cells {
	const none = uniform(0, 0, 0);
	return zip(cells, none, (bound) => change(bound));
}

/** One cell around all. */
export function hullOf(cells: Cells, rank = cells.dims.length): Cells {
	const least = (list: Float64Array) => list.reduce((a, b) => Math.min(a, b));
	return uniform(
		rank,
		least(cells.low),
		cells.high.reduce((a, b) => Math.max(a, b)),
		least(cells.unit),
	);
}

/** One cell around all of several tensors. */
export function hullOfAll(list: readonly Cells[], rank: number): Cells {
	const hulls = list.map((cells) => hullOf(cells));
	return uniform(
		rank,
		Math.min(...hulls.map(({ low }) => low[0])),
		Math.max(...hulls.map(({ high }) => high[0])),
		Math.min(...hulls.map(({ unit }) => unit[0])),
	);
}

export const isUniform = (cells: Cells): boolean => cells.low.length === 1;

/** The same cells over a reshaped tensor: where an axis with cells of its own stays whole or is split, otherwise the hull. */
export function reshapedCells(cells: Cells, from: readonly number[], to: readonly number[]): Cells {
	if (isUniform(cells)) return { ...cells, dims: to.map(() => 1) };
	const axes = cells.dims.flatMap((size, axis) => (size === 1 ? [] : [axis]));
	const [axis] = axes;
	if (axes.length === 1) {
		const before = sizeOf(from.slice(0, axis));
		let [first, product] = [0, 1];
		while (product < before && first < to.length) product *= to[first++];
		while (to[first] === 1 && product === before) first++;
		let [last, size] = [first, 1];
		while (size < from[axis] && last < to.length) size *= to[last++];
		if (product === before && size === from[axis]) {
			return { ...cells, dims: to.map((length, i) => (i >= first && i < last ? length : 1)) };
		}
	}
	return hullOf(cells, to.length);
}
