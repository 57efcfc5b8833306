import { cast, intsOf, numbersOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { depthOf, type Ensemble, MODES, type Place, type Weight } from "./ensemble.ts";
import type { Features } from "./features.ts";
import { holdsMissing } from "./missing.ts";

/** A comparison of one feature with one value: nodes that compare alike share a column. */
interface Column {
	readonly feature: number;
	readonly value: number;
}

/** Comparisons of one mode, by whether NaN counts as one that holds. */
const GROUPS = MODES.flatMap((mode) => [false, true].map((missing) => ({ mode, missing })));

/**
 * Which leaf of every tree each row ends in: int64 [rows, trees].
 *
 * All comparisons are made at once, each with a constant, so that they are exact at the input's
 * own scale; then all trees walk down in step, each step two table lookups and one choice of a
 * comparison. What follows from a comparison is only integers.
 */
function leavesOf(context: DecomposeContext, features: Features, ensemble: Ensemble): string {
	const { nodes, roots, leaves } = ensemble;
	const numberOf = (place: Place): number => ("leaf" in place ? place.leaf : leaves.length + place.node);
	const columns = GROUPS.map((): Map<string, Column> => new Map());
	// Where nothing is missing, all that a node says of NaN is nobody's business.
	const mayMiss = holdsMissing(context, features.x);
	const keys = nodes.map(({ mode, feature, value, missing }) => {
		const group = GROUPS.findIndex((one) => one.mode === mode && one.missing === (mayMiss && missing));
		const key = `${feature}:${value}`;
		columns[group].set(key, { feature, value });
		return { group, key };
	});
	const places = new Map<string, number>();
	for (const [group, map] of columns.entries())
		for (const key of map.keys()) places.set(`${group}/${key}`, places.size);
	const columnOf = keys.map(({ group, key }) => places.get(`${group}/${key}`)!);
	const outcomes = compare(context, features, columns);
	const trees = roots.length;
	const depth = depthOf(ensemble);
	const total = leaves.length + nodes.length;
	/** After number s and outcome c comes next[2·s + c]; a leaf stays where it is. */
	const next = new Float64Array(2 * total);
	const column = new Float64Array(total);
	for (let s = 0; s < total; s++) {
		const node = nodes[s - leaves.length];
		next[2 * s] = node ? numberOf(node.no) : s;
		next[2 * s + 1] = node ? numberOf(node.yes) : s;
		column[s] = node ? columnOf[s - leaves.length] : 0;
	}
	const nextTable = numbersOf(context, "int64", [next.length], next);
	const columnTable = numbersOf(context, "int64", [total], column);
	const two = intsOf(context, [2]);
	const starts = roots.map(numberOf);
	const row = (values: readonly number[]): string => numbersOf(context, "int64", [1, trees], values);
	const first = context.emit(
		"Gather",
		[
			outcomes,
			intsOf(
				context,
				starts.map((s) => column[s]),
			),
		],
		{ axis: 1 },
	);
	const step = (base: string, outcome: string): string =>
		context.emit("Gather", [nextTable, context.emit("Add", [base, outcome])], { axis: 0 });
	let place = step(row(starts.map((s) => 2 * s)), first);
	for (let level = 1; level < depth; level++) {
		const wanted = context.emit("Gather", [columnTable, place], { axis: 0 });
		const outcome = context.emit("GatherElements", [outcomes, wanted], { axis: 1 });
		place = step(context.emit("Mul", [place, two]), outcome);
	}
	return place;
}

/** 0 or 1 for every comparison: int64 [rows, columns], those of one mode side by side. */
function compare(
	context: DecomposeContext,
	{ x, type }: Features,
	groups: readonly ReadonlyMap<string, Column>[],
): string {
	const pieces = groups.flatMap((group, k) => {
		if (group.size === 0) return [];
		const columns = [...group.values()];
		const chosen = context.emit(
			"Gather",
			[
				x,
				intsOf(
					context,
					columns.map(({ feature }) => feature),
				),
			],
			{
				axis: 1,
			},
		);
		const values = numbersOf(
			context,
			type,
			[1, columns.length],
			columns.map(({ value }) => value),
		);
		const { mode, missing } = GROUPS[k];
		let holds = context.emit(mode, [chosen, values]);
		if (missing) holds = context.emit("Or", [holds, context.emit("IsNaN", [chosen])]);
		return [cast(context, holds, "int64")];
	});
	return pieces.length === 1 ? pieces[0] : context.emit("Concat", pieces, { axis: 1 });
}

/**
 * The aggregated weights of the leaves that every row ends in: float32 [rows, targets].
 * @throws CompileError if trees do not end, or MIN or MAX meets a leaf without a weight for a target of its tree
 */
export function emitEnsemble(context: DecomposeContext, features: Features, ensemble: Ensemble): string {
	const { nodes, roots, leaves, targets, aggregate } = ensemble;
	if (roots.length === 0) throw context.error("it has no trees");
	if (depthOf(ensemble) === Number.POSITIVE_INFINITY) throw context.error("a path of its trees never ends");
	for (const { feature } of nodes) {
		if (feature >= features.count)
			throw context.error(`a node compares feature ${feature}, the input has ${features.count}`);
	}
	if (nodes.length === 0) return constantEnsemble(context, features, ensemble);
	const places = leavesOf(context, features, ensemble);
	if (aggregate === "SUM" || aggregate === "AVERAGE") {
		const factor = aggregate === "SUM" ? 1 : 1 / roots.length;
		const table = new Float64Array(leaves.length * targets);
		for (const [k, weights] of leaves.entries())
			for (const { target, value } of weights) table[k * targets + target] += value * factor;
		const values = numbersOf(context, "float32", [leaves.length, targets], table);
		const chosen = context.emit("Gather", [values, places], { axis: 0 });
		return context.emit("ReduceSum", [chosen, intsOf(context, [1])], { keepdims: 0 });
	}
	const results = Array.from({ length: targets }, (_, target) =>
		emitExtreme(context, ensemble, places, target),
	);
	return results.length === 1 ? results[0] : context.emit("Concat", results, { axis: 1 });
}

/** MIN or MAX of one target over the trees that have weights for it: [rows, 1]. */
function emitExtreme(context: DecomposeContext, ensemble: Ensemble, places: string, target: number): string {
	const { roots, leaves, aggregate } = ensemble;
	const weightOf = (weights: readonly Weight[]): number | undefined =>
		weights.find((weight) => weight.target === target)?.value;
	const having = roots.flatMap((root, tree) => {
		const reached = leavesBelow(ensemble, root);
		const known = reached.filter((leaf) => weightOf(leaves[leaf]) !== undefined);
		if (known.length > 0 && known.length < reached.length) {
			throw context.error(
				`with ${aggregate}, some leaves of tree ${tree} have no weight for target ${target}`,
				"Give every leaf of the tree a weight for it",
			);
		}
		return known.length > 0 ? [tree] : [];
	});
	if (having.length === 0) throw context.error(`no leaf has a weight for target ${target}`);
	const all = having.length === roots.length;
	const chosen = all ? places : context.emit("Gather", [places, intsOf(context, having)], { axis: 1 });
	const table = leaves.map((weights) => weightOf(weights) ?? 0);
	const values = numbersOf(context, "float32", [table.length], table);
	const reached = context.emit("Gather", [values, chosen], { axis: 0 });
	const opType = aggregate === "MIN" ? "ReduceMin" : "ReduceMax";
	return context.emit(opType, [reached, intsOf(context, [1])], { keepdims: 1 });
}

function leavesBelow({ nodes }: Ensemble, root: Place): number[] {
	const found = new Set<number>();
	const seen = new Set<number>();
	const open = [root];
	for (let place = open.pop(); place; place = open.pop()) {
		if ("leaf" in place) found.add(place.leaf);
		else if (!seen.has(place.node)) {
			seen.add(place.node);
			open.push(nodes[place.node].yes, nodes[place.node].no);
		}
	}
	return [...found];
}

/** Trees that are single leaves give every row the same. */
function constantEnsemble(context: DecomposeContext, { rows }: Features, ensemble: Ensemble): string {
	const { roots, leaves, targets, aggregate } = ensemble;
	const values = Array.from({ length: targets }, (_, target) => {
		const all = roots.flatMap((root) =>
			leaves["leaf" in root ? root.leaf : 0].filter((weight) => weight.target === target),
		);
		const sum = all.reduce((total, { value }) => total + value, 0);
		if (aggregate === "SUM") return sum;
		if (aggregate === "AVERAGE") return sum / roots.length;
		return (aggregate === "MIN" ? Math.min : Math.max)(...all.map(({ value }) => value));
	});
	const table = Array.from({ length: rows }, () => values).flat();
	return numbersOf(context, "float32", [rows, targets], table);
}
