import type { ElementType } from "@umpire/onnx/model.ts";
import { nearestIntegers } from "../rounding.ts";
import {
	type Abstract,
	broadcast,
	type Cells,
	cellsOfData,
	mapCells,
	sizeOf,
	uniform,
	walkCells,
	zip,
} from "./abstract.ts";
import { intOf, onlyAttributes, requireType, sameType } from "./attributes.ts";
import { isExact, reachOf } from "./exact.ts";
import type { Result, Site } from "./site.ts";

/** Floors of quotients are exact while the dividend stays below half of what its type holds: docs/protocol.md section 2. */
const QUOTIENT_LIMIT = { float32: 2 ** 23, float64: 2 ** 52 };

const TYPES: Readonly<Record<number, ElementType>> = {
	1: "float32",
	2: "uint8",
	3: "int8",
	6: "int32",
	7: "int64",
	11: "float64",
};

type Rule = (site: Site) => Result;

/** A node over broadcasting operands; constants of many elements are computed, so that sums over them stay tight. */
function elementwise(
	site: Site,
	combine: (a: Cells, b: Cells) => Cells,
	compute: (a: number, b: number) => number,
): Result {
	onlyAttributes(site);
	requireType(site, "float32", "float64");
	const type = sameType(site);
	const [a, b] = site.inputs;
	const shape = broadcast(a.shape, b.shape);
	const data = computed(a, b, shape, compute);
	const cells = combine(a.cells, b.cells);
	if (data === undefined) return { type, shape, cells };
	// Bounds of the numbers themselves, in the cells of the operands.
	const exact = cellsOfData(data, shape, cells.dims, 1);
	return { type, shape, data, cells: { ...exact, unit: cells.unit } };
}

/** Element by element, if both are constants; not the table of all pairs of two, which may be as large as it likes. */
function computed(
	a: Abstract,
	b: Abstract,
	shape: readonly number[],
	compute: (a: number, b: number) => number,
): Float64Array | undefined {
	const { data: x } = a;
	const { data: y } = b;
	if (x === undefined || y === undefined) return undefined;
	const count = sizeOf(shape);
	if (count > Math.max(x.length, y.length)) return undefined;
	const result = new Float64Array(count);
	const columns = shape.at(-1) ?? 1;
	if (x.length === count && (y.length === 1 || (y.length === columns && b.shape.at(-1) === columns))) {
		// A matrix and a factor for each column: most constants of many elements.
		for (let first = 0; first < count; first += columns)
			for (let j = 0; j < columns; j++) result[first + j] = compute(x[first + j], y[y.length === 1 ? 0 : j]);
		return result;
	}
	walkCells(shape, a.shape, (element, cell) => {
		result[element] = x[cell];
	});
	walkCells(shape, b.shape, (element, cell) => {
		result[element] = compute(result[element], y[cell]);
	});
	return result;
}

const sum = (a: Cells, b: Cells): Cells =>
	zip(a, b, ([l, h, u], [m, i, v]) => [l + m, h + i, Math.min(u, v)]);
const difference = (a: Cells, b: Cells): Cells =>
	zip(a, b, ([l, h, u], [m, i, v]) => [l - i, h - m, Math.min(u, v)]);
const product = (a: Cells, b: Cells): Cells =>
	zip(a, b, ([l, h, u], [m, i, v]) => {
		const corners = [l * m, l * i, h * m, h * i];
		return [Math.min(...corners), Math.max(...corners), u * v];
	});

/** A single constant number, if a value is one. */
const numberOf = ({ data }: Abstract): number | undefined => (data?.length === 1 ? data[0] : undefined);

const add: Rule = (site) => {
	const result = elementwise(site, sum, (a, b) => a + b);
	if (isExact(reachOf(result.cells, result.type))) return result;
	const displaced =
		displacement(site, site.inputs[0], site.inputs[1]) ?? displacement(site, site.inputs[1], site.inputs[0]);
	return displaced === undefined ? result : { ...result, data: undefined, relation: displaced };
};

/**
 * value + 1.5·2^e in float32, |value| < 2^(e-1): the sum lies in 2^e … 2^(e+1), where neighbours are 2^(e-23) apart, so
 * that it is rounded to the nearest multiple of that.
 */
function displacement({ node }: Site, value: Abstract, by: Abstract): Result["relation"] {
	const magic = numberOf(by);
	if (magic === undefined || value.type !== "float32" || node.opType !== "Add") return undefined;
	const power = magic / 1.5;
	const exponent = Math.log2(power);
	if (!Number.isInteger(exponent) || 2 ** exponent !== power) return undefined;
	const isNear = value.cells.low.every((low, i) => {
		return Math.abs(low) < power / 2 && Math.abs(value.cells.high[i]) < power / 2;
	});
	if (!isNear || !isExact(reachOf(value.cells, "float32"))) return undefined;
	return { kind: "displaced", of: value.name, by: magic, unit: 2 ** (exponent - 23) };
}

const sub: Rule = (site) => {
	const [a, b] = site.inputs;
	if (b.relation?.kind === "displaced") throw new Error(`Sub takes ${b.name} off, which is displaced`);
	if (a.relation?.kind === "displaced") return nearest(site, a, b);
	const result = elementwise(site, difference, (x, y) => x - y);
	const { relation } = b;
	if (relation?.kind !== "multiple" || relation.of !== a.name || result.data !== undefined) return result;
	const { unit, nearest: isNearest } = relation;
	const rest = mapCells(a.cells, ([, , own]) => {
		const step = Math.min(own, unit);
		return isNearest ? [-unit / 2, unit / 2, step] : [0, unit - step, step];
	});
	return { ...result, cells: rest };
};

/** What a displacement leaves when it is taken back: the nearest multiple of its unit. */
function nearest(site: Site, displaced: Abstract, by: Abstract): Result {
	const { relation } = displaced;
	if (relation?.kind !== "displaced" || numberOf(by) !== relation.by) {
		throw new Error("Sub takes something else off a displaced value than was added");
	}
	const { of, unit } = relation;
	const value = site.values.get(of);
	if (value === undefined) throw new Error(`Sub reads what ${of} was rounded to, which is not there`);
	const cells = mapCells(value.cells, ([low, high, own]) => {
		const rounded = nearestIntegers(low / unit, high / unit);
		return [unit * rounded.low, unit * rounded.high, Math.max(unit, own)];
	});
	return {
		type: displaced.type,
		shape: displaced.shape,
		cells,
		relation: { kind: "multiple", of, unit, nearest: true },
	};
}

const mul: Rule = (site) => {
	const result = elementwise(site, product, (a, b) => a * b);
	const [a, b] = site.inputs;
	const factor = numberOf(b);
	if (factor === undefined || result.data !== undefined) return result;
	if (a.relation?.kind === "nonzero" && factor !== 0) return { ...result, relation: a.relation };
	const isPower = factor > 0 && 2 ** Math.round(Math.log2(factor)) === factor;
	if (!isPower) return result;
	if (a.relation?.kind === "floored" && factor === a.relation.unit) {
		return { ...result, relation: { kind: "multiple", of: a.relation.of, unit: factor, nearest: false } };
	}
	return { ...result, relation: { kind: "shifted", of: a.name, unit: 1 / factor } };
};

const div: Rule = (site) => {
	onlyAttributes(site);
	requireType(site, "float32", "float64");
	const type = sameType(site) === "float32" ? "float32" : "float64";
	const [a, b] = site.inputs;
	const isNonZero =
		b.relation?.kind === "nonzero" || b.cells.low.every((low, i) => low > 0 || b.cells.high[i] < 0);
	if (!isNonZero) throw new Error("Div by what may be 0");
	for (const { cells, name } of site.inputs) {
		if (cells.unit.some((unit) => unit < 1)) throw new Error(`Div of ${name}, which is not whole`);
	}
	const { bound } = reachOf({ ...a.cells, unit: a.cells.unit.map(() => 1) }, type);
	// A divisor is at least 1: no quotient is larger than its dividend.
	const cells = zip(a.cells, b.cells, ([low, high]) => {
		const most = Math.max(Math.abs(low), Math.abs(high));
		return [-most, most, 1];
	});
	const shape = broadcast(a.shape, b.shape);
	const relation = { kind: "quotient" } as const;
	return { type, shape, cells, relation, reach: [{ bound, limit: QUOTIENT_LIMIT[type] }] };
};

/** Floor or Ceil. */
const toWhole =
	(round: (value: number) => number): Rule =>
	(site) => {
		onlyAttributes(site);
		requireType(site, "float32", "float64");
		const [x] = site.inputs;
		const cells = mapCells(x.cells, ([low, high, unit]) => [round(low), round(high), Math.max(unit, 1)]);
		const { shape, type, relation } = x;
		const data = x.data && Float64Array.from(x.data, round);
		const floored = relation?.kind === "shifted" && round === Math.floor;
		return {
			type,
			shape,
			cells,
			...(data === undefined ? {} : { data }),
			...(floored ? { relation: { kind: "floored", of: relation.of, unit: relation.unit } } : {}),
		};
	};

const cast: Rule = (site) => {
	onlyAttributes(site, "to");
	const [x] = site.inputs;
	const type = TYPES[intOf(site, "to", 0)];
	if (type === undefined) throw new Error(`Cast to type ${intOf(site, "to", 0)}`);
	const { shape, cells, data, relation } = x;
	const same = { type, shape, cells, ...(data === undefined ? {} : { data }) };
	// Only rounding a float64 leaves something to cut off.
	const narrows = x.type === "float64" && type === "float32";
	if (narrows && !isExact(reachOf(cells, type))) {
		if (data !== undefined) throw new Error(`Cast rounds constants up to ${reachOf(cells, type).bound}`);
		return { ...same, rounded: true };
	}
	if (type === "uint8") {
		const bytes = byteOf(x);
		if (bytes !== undefined) return { type, shape, cells: bytes };
	}
	const keeps = relation?.kind === "nonzero" || relation?.kind === "multiple";
	return keeps ? { ...same, relation } : same;
};

/** What a cast to a byte leaves on purpose: the low byte of 16 bits, the whole part of what is not negative. */
function byteOf({ type, cells, shape }: Abstract): Cells | undefined {
	if (type === "uint16") {
		const isByte = cells.high.every((high) => high < 256);
		return isByte ? cells : uniform(shape.length, 0, 255);
	}
	if (type !== "float32") return undefined;
	// Casts round towards 0: below it the floor is negative too, and no byte.
	return mapCells(cells, ([low, high, unit]) => [Math.floor(low), Math.floor(high), Math.max(unit, 1)]);
}

const reduceSum: Rule = (site) => {
	onlyAttributes(site, "keepdims");
	requireAxes(site);
	const [x, axesOperand] = site.inputs;
	const axes = Array.from(axesOperand.data!, (axis) => (axis < 0 ? axis + x.shape.length : axis));
	const keep = intOf(site, "keepdims", 1) === 1;
	const count = axes.reduce((total, axis) => total * x.shape[axis], 1);
	const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
	// Cells along the summed axes are added up, what stays the same over them is multiplied.
	const dims = x.cells.dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
	const low = new Float64Array(sizeOf(dims));
	const high = new Float64Array(sizeOf(dims));
	const unit = new Float64Array(sizeOf(dims)).fill(Number.POSITIVE_INFINITY);
	const times = count / axes.reduce((total, axis) => total * x.cells.dims[axis], 1);
	walkCells(x.cells.dims, dims, (cell, to) => {
		// Partial sums in any order include those of nothing.
		low[to] += times * Math.min(x.cells.low[cell], 0);
		high[to] += times * Math.max(x.cells.high[cell], 0);
		unit[to] = Math.min(unit[to], x.cells.unit[cell]);
	});
	const cells = { dims, low, high, unit };
	if (keep) return { type: x.type, shape: kept, cells };
	const left = (list: readonly number[]) => list.filter((_, axis) => !axes.includes(axis));
	return { type: x.type, shape: left(x.shape), cells: { ...cells, dims: left(dims) } };
};

function requireAxes({ node, inputs: [x, axes] }: Site): void {
	if (x.type !== "float32" && x.type !== "float64") throw new Error(`${node.opType} of ${x.type}`);
	if (axes?.data === undefined || axes.data.length === 0) throw new Error(`${node.opType} without axes`);
}

/** Positions of the largest along an axis. */
const argMax: Rule = (site) => {
	onlyAttributes(site, "axis", "keepdims", "select_last_index");
	const [{ shape }] = site.inputs;
	const axis = intOf(site, "axis", 0);
	if (intOf(site, "keepdims", 1) !== 1) throw new Error("ArgMax that drops its axis");
	return { type: "int64", shape: shape.with(axis, 1), cells: uniform(shape.length, 0, shape[axis] - 1) };
};

export const arithmetic: Readonly<Record<string, Rule>> = {
	Add: add,
	ArgMax: argMax,
	Cast: cast,
	Ceil: toWhole(Math.ceil),
	Div: div,
	Floor: toWhole(Math.floor),
	Mul: mul,
	ReduceSum: reduceSum,
	Sub: sub,
};
