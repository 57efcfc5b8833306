import { emptyElements } from "@umpire/commitment/elements.ts";
import { HUGE, type Range } from "@umpire/graph/ranges.ts";
import type { Elements, OpenEnds, TensorSpec } from "@umpire/operators/program.ts";
import type { Quantisation } from "../quantise/scales.ts";
import type { RealFunction } from "./functions.ts";
import type { Value } from "./value.ts";

/** The integers that an operand may be, and what the integer 1 of them stands for. */
type Grid = Pick<TensorSpec, "low" | "high" | "scale">;

/** A function over all integers of one grid, as a constant of the program. */
export interface FunctionTable {
	readonly constant: Value;
	/** The ends of the result's grid beyond which the function goes. */
	readonly open: OpenEnds | undefined;
}

/** One function of one grid's integers. */
export interface TabulatedFunction {
	/** What its results cannot exceed. */
	readonly bounds: Range;
	/** Its table of results of this quantisation; `store` makes a constant of it, once. */
	readonly on: (quantisation: Quantisation, store: (data: Elements) => Value) => FunctionTable;
}

/**
 * Functions that were tabulated for a program. The steps of a recurrent operator ask for the same functions
 * of the same grids again and again, and each table takes 65535 exponentials.
 */
export class FunctionTables {
	readonly #functions = new Map<string, RealFunction>();
	readonly #tabulated = new WeakMap<RealFunction, Map<string, TabulatedFunction>>();

	/** The function that was first given with this key, which says all that it depends on. */
	shared(key: string, f: RealFunction): RealFunction {
		const known = this.#functions.get(key) ?? f;
		this.#functions.set(key, known);
		return known;
	}

	/** `f` of a grid's integers, computed once as long as it is the same object. */
	of(f: RealFunction, grid: Grid): TabulatedFunction {
		const key = [grid.low, grid.high, grid.scale].join();
		const grids = this.#tabulated.get(f) ?? new Map<string, TabulatedFunction>();
		this.#tabulated.set(f, grids);
		const known = grids.get(key);
		if (known) return known;
		const tabulated = tabulatedFunction(f, grid);
		grids.set(key, tabulated);
		return tabulated;
	}
}

function tabulatedFunction(f: RealFunction, grid: Grid): TabulatedFunction {
	const tables = new Map<string, FunctionTable>();
	// Numbers are not kept beside the table: half a megabyte for each would be much in a deep network.
	let first: Float64Array | undefined = realsOf(f, grid);
	const bounds = boundsOf(first);
	const on: TabulatedFunction["on"] = (quantisation, store) => {
		const { scale, low, high, width } = quantisation;
		const key = [scale, low, high, width].join();
		const known = tables.get(key);
		if (known) return known;
		const reals = first ?? realsOf(f, grid);
		first = undefined;
		const constant = store(integersOf(reals, quantisation));
		const table = { constant, open: openEnds(reals, quantisation) };
		tables.set(key, table);
		return table;
	};
	return { bounds, on };
}

function realsOf(f: RealFunction, { low, high, scale }: Grid): Float64Array {
	const reals = new Float64Array(high - low + 1);
	for (let k = 0; k < reals.length; k++) reals[k] = f((low + k) * scale);
	return reals;
}

/** What a function's results are on a grid: of NaN as near to 0 as the grid goes. */
function integersOf(reals: Float64Array, { scale, low, high, width }: Quantisation): Elements {
	const integers = emptyElements(width, reals.length);
	for (let k = 0; k < reals.length; k++) {
		const y = Number.isNaN(reals[k]) ? 0 : Math.round(reals[k] / scale);
		integers[k] = Math.max(low, Math.min(high, y));
	}
	return integers;
}

/** The ends of the grid beyond which some of the numbers lie; a pole is no number. */
function openEnds(reals: Float64Array, { low, high, scale }: Quantisation): OpenEnds | undefined {
	const isLow = reals.some((y) => Number.isFinite(y) && y < (low - 1) * scale);
	const isHigh = reals.some((y) => Number.isFinite(y) && y > (high + 1) * scale);
	return isLow ? (isHigh ? "both" : "low") : isHigh ? "high" : undefined;
}

/** What the table's results cannot exceed; NaN does not count. */
function boundsOf(reals: Float64Array): Range {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (const y of reals) {
		if (y < low) low = y;
		if (y > high) high = y;
	}
	if (!(low <= high)) return { low: 0, high: 0 };
	const open = (value: number) =>
		Math.abs(value) > HUGE ? Math.sign(value) * Number.POSITIVE_INFINITY : value;
	return { low: open(low), high: open(high) };
}
