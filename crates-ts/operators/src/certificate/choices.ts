import { type Abstract, broadcast, type Cells, mapCells, uniform, zip } from "./abstract.ts";
import { intOf, intsOf, onlyAttributes, requireType, sameType } from "./attributes.ts";
import { isExact, reachOf } from "./exact.ts";
import type { Result, Site } from "./site.ts";

type Rule = (site: Site) => Result;

/** What is left of a rounded value once a bound was put on it. */
const stillRounded = (inputs: readonly Abstract[], cells: Cells, type: Abstract["type"]): boolean =>
	inputs.some(({ rounded }) => rounded === true) && !isExact(reachOf(cells, type));

/** Max or Min of all operands. */
const extreme =
	(choose: (a: number, b: number) => number): Rule =>
	(site) => {
		onlyAttributes(site);
		requireType(site, "float32", "float64");
		const type = sameType(site);
		const cells = site.inputs
			.map((input) => input.cells)
			.reduce((a, b) => zip(a, b, ([l, h, u], [m, i, v]) => [choose(l, m), choose(h, i), Math.min(u, v)]));
		const shape = site.inputs.map((input) => input.shape).reduce(broadcast);
		return { type, shape, cells, rounded: stillRounded(site.inputs, cells, type) };
	};

const clip: Rule = (site) => {
	onlyAttributes(site);
	// onnxruntime has no kernel for uint16.
	requireType(site, "float32", "float64", "uint8");
	const [x, low, high] = site.inputs;
	const type = sameType(site);
	const bound = (value: Abstract | undefined, otherwise: number): number => {
		if (value === undefined || value.name === "") return otherwise;
		if (value.data?.length !== 1) throw new Error("Clip by what is not one constant");
		return value.data[0];
	};
	const least = bound(low, Number.NEGATIVE_INFINITY);
	const most = bound(high, Number.POSITIVE_INFINITY);
	if (least > most) throw new Error(`Clip between ${least} and ${most}`);
	const clamp = (value: number) => Math.min(Math.max(value, least), most);
	const units = site.inputs.slice(1).flatMap(({ cells, name }) => (name === "" ? [] : [cells.unit[0]]));
	const cells = mapCells(x.cells, ([l, h, u]) => [clamp(l), clamp(h), Math.min(u, ...units)]);
	return { type, shape: x.shape, cells, rounded: stillRounded([x], cells, type) };
};

const where: Rule = (site) => {
	onlyAttributes(site);
	const [condition, a, b] = site.inputs;
	if (condition.type !== "bool") throw new Error(`Where by ${condition.type}`);
	const type = sameType(site, [a, b]);
	const cells = zip(a.cells, b.cells, ([l, h, u], [m, i, v]) => [
		Math.min(l, m),
		Math.max(h, i),
		Math.min(u, v),
	]);
	const shape = [condition.shape, a.shape, b.shape].reduce(broadcast);
	const chosen = { type, shape, cells };
	// c where x is 0, else x, with c ≠ 0: never 0.
	const { relation } = condition;
	const never =
		relation?.kind === "zero" && relation.of === b.name && a.data?.length === 1 && a.data[0] !== 0;
	return never ? { ...chosen, relation: { kind: "nonzero" } } : chosen;
};

const equal: Rule = (site) => {
	onlyAttributes(site);
	sameType(site);
	const [a, b] = site.inputs;
	const shape = broadcast(a.shape, b.shape);
	const isZero = b.data?.length === 1 && b.data[0] === 0;
	const result = { type: "bool", shape, cells: uniform(shape.length, 0, 1) } as const;
	return isZero ? { ...result, relation: { kind: "zero", of: a.name } } : result;
};

const less: Rule = (site) => {
	onlyAttributes(site);
	sameType(site);
	const [a, b] = site.inputs;
	const againstZero = b.data?.length === 1 && b.data[0] === 0;
	if (a.relation?.kind === "quotient" && !againstZero)
		throw new Error("Less of a quotient against more than 0");
	const shape = broadcast(a.shape, b.shape);
	return { type: "bool", shape, cells: uniform(shape.length, 0, 1) };
};

const reduceMax: Rule = (site) => {
	onlyAttributes(site, "axes", "keepdims");
	const [x] = site.inputs;
	const axes = intsOf(site, "axes") ?? [];
	if (axes.length === 0 || intOf(site, "keepdims", 1) !== 1) throw new Error("ReduceMax that drops axes");
	const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
	return { type: x.type, shape, cells: uniform(shape.length, ...rangeOf(x.cells)) };
};

function rangeOf({ low, high, unit }: Cells): [number, number, number] {
	return [
		low.reduce((a, b) => Math.min(a, b)),
		high.reduce((a, b) => Math.max(a, b)),
		unit.reduce((a, b) => Math.min(a, b)),
	];
}

export const choices: Readonly<Record<string, Rule>> = {
	Clip: clip,
	Equal: equal,
	Less: less,
	Max: extreme(Math.max),
	Min: extreme(Math.min),
	ReduceMax: reduceMax,
	Where: where,
};
