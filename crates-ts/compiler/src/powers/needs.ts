import { float, int } from "@umpire/graph/attributes.ts";
import { constantScalar, type Facts, reachesOf } from "@umpire/graph/facts.ts";
import { reachOf } from "@umpire/graph/ranges.ts";
import { isFloat, type Real, toReal } from "@umpire/graph/real.ts";
import { normaliseAxis, sizeOf } from "@umpire/graph/shapes.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import { batchNormalization } from "../lower/affine.ts";
import { expandedTo, leastOver } from "./elements.ts";
import { movedFrom } from "./moved.ts";
import { steepestPower } from "./slopes.ts";

/**
 * Per value, for each element the error that would show at full scale somewhere behind it: an error of
 * that size changes some result by as much as that result's whole range. Infinity where nobody looks.
 * A grid whose step is a small share of the least of them loses nothing.
 */
export type Needs = ReadonlyMap<string, Float64Array>;

/** Values of more elements are not looked into. */
export const MOST_ELEMENTS = 65536;

/** What the rules of single operators read. */
interface Scope {
	readonly facts: Facts;
	readonly needs: Map<string, Float64Array>;
	/**
	 * Per element of an input, of a join, and of what is moved from such, the largest magnitude that calibration saw:
	 * columns that are inputs of their own, or encoded on the way, are compared like those of one table.
	 */
	readonly seen: ReadonlyMap<string, Float64Array>;
}

/** The needs of every value of a folded graph. */
export function needsOf(graph: Graph, facts: Facts): Needs {
	const needs = new Map<string, Float64Array>();
	const scope: Scope = { facts, needs, seen: seenReaches(graph, facts) };
	const require = (name: string, steps: Float64Array | undefined): void => {
		if (name === "" || facts.constants.has(name) || !isKnown(name, facts)) return;
		const wanted = (steps ?? uniform(name, facts)).map((step) =>
			step > 0 ? step : Number.POSITIVE_INFINITY,
		);
		const known = needs.get(name);
		needs.set(name, known ? known.map((step, i) => Math.min(step, wanted[i])) : wanted);
	};
	for (const { name } of graph.outputs) require(name, outputSteps(name, facts));
	for (const node of graph.nodes.toReversed()) {
		for (const [k, name] of node.inputs.entries())
			if (name !== "" && isKnown(name, facts)) require(name, stepsOf(node, k, scope));
	}
	return needs;
}

function isKnown(name: string, facts: Facts): boolean {
	const shape = facts.shapes.get(name);
	return (
		facts.ranges.has(name) &&
		isFloat(facts.types.get(name)!) &&
		shape !== undefined &&
		sizeOf(shape) <= MOST_ELEMENTS
	);
}

const reach = (name: string, facts: Facts): number => {
	const range = facts.ranges.get(name);
	return range ? reachOf(range) : 0;
};

function uniform(name: string, facts: Facts): Float64Array {
	return new Float64Array(sizeOf(facts.shapes.get(name)!)).fill(
		reach(name, facts) || Number.POSITIVE_INFINITY,
	);
}

/** A column this many times smaller than the output's largest is of another kind; it needs steps that much finer, less some. */
const UNLIKE = 64;
const OWN_SHARE = 16;

/**
 * An output's columns are results of their own, each with its own size. A single number says nothing of
 * that: it may be small by chance.
 */
function outputSteps(name: string, facts: Facts): Float64Array | undefined {
	const extents = facts.extents?.get(name);
	if (!extents) return undefined;
	const columns = facts.shapes.get(name)!.at(-1) ?? 1;
	const rows = extents.low.length / columns;
	const isVaried = extents.low.some((low, i) => low < extents.high[i]);
	if (rows < 2 && !isVaried) return undefined;
	const most = new Float64Array(columns);
	for (const [i, value] of reachesOf(extents).entries())
		most[i % columns] = Math.max(most[i % columns], value);
	const whole = reach(name, facts) || Number.POSITIVE_INFINITY;
	return extents.low.map((_, i) => {
		const own = most[i % columns];
		return own > 0 && own * UNLIKE < whole ? own * OWN_SHARE : whole;
	});
}

function seenReaches(graph: Graph, facts: Facts): ReadonlyMap<string, Float64Array> {
	const seen = new Map<string, Float64Array>();
	for (const { name } of graph.inputs) {
		const own = facts.extents?.get(name);
		if (own) seen.set(name, rowsTogether(reachesOf(own), facts.shapes.get(name)!));
	}
	for (const node of graph.nodes) {
		const own = has(node, "joins") ? facts.extents?.get(node.outputs[0]) : undefined;
		if (own) {
			const shape = facts.shapes.get(node.outputs[0])!;
			seen.set(node.outputs[0], rowsTogether(reachesOf(own), shape));
			continue;
		}
		const from = seen.get(node.inputs[0]);
		if (!from || !has(node, "moves", "casts", "permutes")) continue;
		for (const output of node.outputs) {
			const places = output === "" ? undefined : movedFrom(node, output, facts);
			if (places)
				seen.set(
					output,
					Float64Array.from(places, (place) => from[place]),
				);
		}
	}
	return seen;
}

/** Rows are samples or steps of the same features: each has what all of them show together. */
export function rowsTogether(values: Float64Array, shape: readonly number[]): Float64Array {
	if (shape.length < 2) return values;
	const row = sizeOf(shape.slice(1));
	const most = new Float64Array(row);
	for (const [i, value] of values.entries()) most[i % row] = Math.max(most[i % row], value);
	return values.map((_, i) => most[i % row]);
}

/** What node `node` needs of its operand `k`; undefined if all of it on one scale will do. */
function stepsOf(node: Node, k: number, scope: Scope): Float64Array | undefined {
	if (node.domain !== "") return undefined;
	const { facts, needs } = scope;
	const own = facts.shapes.get(node.inputs[k])!;
	const output = node.outputs[0];
	if (has(node, "compares")) return comparedSteps(node, k, scope);
	if (has(node, "moves", "casts", "permutes")) return k === 0 ? movedSteps(node, scope) : undefined;
	const steps = needs.get(output);
	const to = facts.shapes.get(output);
	// A result that nobody needs, or that is too large to look into.
	if (!steps || !to) return undefined;
	const at = (factor: number): Float64Array =>
		leastOver(
			steps.map((step) => step * factor),
			to,
			own,
		);
	const relative = (): Float64Array | undefined => {
		const [x, y] = [reach(node.inputs[k], facts), reach(output, facts)];
		return x > 0 && y > 0 ? at(x / y) : undefined;
	};
	const curved = (): Float64Array | undefined => {
		const slopes = steepestPower(node, facts);
		return slopes && at(1).map((step, i) => step / slopes[i]);
	};
	const factors = (sign: number): Float64Array | undefined => {
		if (sign < 0 && k === 1) return undefined;
		const factor = realOf(node.inputs[1 - k], facts);
		return factor ? factorSteps(sign < 0 ? "Div" : "Mul", steps, factor, to, own) : relative();
	};
	switch (node.opType) {
		case "Add":
		case "Sub":
		case "Sum":
		case "Neg":
		case "Abs":
		case "Relu":
		case "LeakyRelu":
		case "Max":
		case "Min":
			return at(1);
		// Functions that are nowhere steeper than 1, or than ¼: of a small operand they tell little.
		case "Tanh":
		case "Softplus":
			return coarser(at(1), uniform(node.inputs[k], facts));
		case "Sigmoid":
			return coarser(at(4), uniform(node.inputs[k], facts));
		case "Clip":
			return k === 0 ? at(1) : undefined;
		case "Where":
			return k > 0 ? at(1) : undefined;
		case "Log": {
			const range = facts.ranges.get(node.inputs[k])!;
			const spread = spreadOf(output, facts);
			return range.low > 0 && spread > 0 ? uniformly(own, range.low * spread) : undefined;
		}
		case "Mul":
			// Of x² what is small matters as far as its square does.
			if (node.inputs[0] === node.inputs[1]) return at(1).map(Math.sqrt);
			return factors(1);
		case "Div":
			return factors(-1);
		case "Pow":
			if (k > 0) return undefined;
			return constantScalar(node.inputs[1], facts) === 2 ? at(1).map(Math.sqrt) : (curved() ?? relative());
		case "BatchNormalization": {
			const affine = batchNormalization(node, facts);
			if (!affine || k > 0) return undefined;
			const factors = { shape: [to[1] ?? 1, ...to.slice(2).map(() => 1)], data: affine.scale };
			return factorSteps("Mul", steps, factors, to, own);
		}
		case "ReduceSum":
		case "ReduceMean":
		case "ReduceMax":
		case "ReduceMin":
			return k === 0 ? reducedSteps(node, steps, own, facts) : undefined;
		case "Concat":
			return concatSteps(node, k, steps, own, facts);
		case "MatMul":
		case "Gemm":
			return matrixSteps(node, k, steps, to, own, facts);
		case "Conv":
			return k === 0 ? convolutionSteps(node, steps, to, own, facts) : undefined;
		default:
			return undefined;
	}
}

const coarser = (a: Float64Array, b: Float64Array): Float64Array => a.map((step, i) => Math.max(step, b[i]));

function uniformly(shape: readonly number[], step: number): Float64Array {
	return new Float64Array(sizeOf(shape)).fill(step);
}

function spreadOf(name: string, facts: Facts): number {
	const range = facts.ranges.get(name);
	return range ? range.high - range.low : 0;
}

function realOf(name: string | undefined, facts: Facts): Real | undefined {
	const tensor = name ? facts.constants.get(name) : undefined;
	return tensor && toReal(tensor);
}

function comparedSteps(node: Node, k: number, { facts, seen }: Scope): Float64Array | undefined {
	const constant = realOf(node.inputs[1 - k], facts);
	const own = facts.shapes.get(node.inputs[k])!;
	const to = facts.shapes.get(node.outputs[0]);
	const reaches = seen.get(node.inputs[k]);
	if (!constant || !reaches || !to) return undefined;
	const whole = reach(node.inputs[k], facts) || Number.POSITIVE_INFINITY;
	const bounds = expandedTo(constant.data, constant.shape, to).map(Math.abs);
	const expanded = expandedTo(reaches, own, to);
	return leastOver(
		bounds.map((bound, i) => {
			const seenHere = expanded[i];
			if (seenHere > 0) return Math.max(seenHere, Math.min(bound, 256 * seenHere));
			return bound > 1e-30 && bound < whole ? bound : whole;
		}),
		to,
		own,
	);
}

function movedSteps(node: Node, { facts, needs }: Scope): Float64Array | undefined {
	const from = facts.shapes.get(node.inputs[0])!;
	const least = new Float64Array(sizeOf(from)).fill(Number.POSITIVE_INFINITY);
	for (const output of node.outputs) {
		if (output === "" || !facts.ranges.has(output)) continue;
		const steps = needs.get(output);
		const places = movedFrom(node, output, facts);
		if (!steps || !places) return undefined;
		for (const [i, place] of places.entries()) least[place] = Math.min(least[place], steps[i]);
	}
	return least;
}

function factorSteps(
	opType: "Mul" | "Div",
	steps: Float64Array,
	factor: Real,
	to: readonly number[],
	own: readonly number[],
): Float64Array {
	const factors = expandedTo(factor.data, factor.shape, to).map(Math.abs);
	return leastOver(
		steps.map((step, i) => (opType === "Div" ? step * factors[i] : step / factors[i])),
		to,
		own,
	);
}

/** The shape of a reduction's operand with size 1 where it is reduced; undefined if the axes are no constants. */
export function keptShape(node: Node, own: readonly number[], facts: Facts): number[] | undefined {
	const axes = node.inputs[1] ? realOf(node.inputs[1], facts)?.data : [];
	if (!axes) return undefined;
	const all = axes.length === 0 && int(node, "noop_with_empty_axes", 0) === 0;
	const gone = new Set(Array.from(axes, (axis) => normaliseAxis(axis, own.length)));
	return own.map((size, axis) => (all || gone.has(axis) ? 1 : size));
}

function reducedSteps(
	node: Node,
	steps: Float64Array,
	own: readonly number[],
	facts: Facts,
): Float64Array | undefined {
	const kept = keptShape(node, own, facts);
	if (!kept || sizeOf(kept) !== steps.length) return undefined;
	const count = node.opType === "ReduceMean" ? sizeOf(own) / sizeOf(kept) : 1;
	return expandedTo(steps, kept, own).map((step) => step * count);
}

function concatSteps(
	node: Node,
	k: number,
	steps: Float64Array,
	own: readonly number[],
	facts: Facts,
): Float64Array {
	const axis = normaliseAxis(int(node, "axis", 0), own.length)!;
	const sizes = node.inputs.map((name) => facts.shapes.get(name)![axis]);
	const begin = sizes.slice(0, k).reduce((sum, size) => sum + size, 0);
	const inner = sizeOf(own.slice(axis + 1));
	const [whole, part] = [sizes.reduce((a, b) => a + b) * inner, own[axis] * inner];
	return Float64Array.from(
		{ length: sizeOf(own) },
		(_, i) => steps[Math.floor(i / part) * whole + begin * inner + (i % part)],
	);
}

/** The least step along one axis of a tensor. */
function leastAlong(steps: Float64Array, shape: readonly number[], axis: number): Float64Array {
	return leastOver(
		steps,
		shape,
		shape.map((size, k) => (k === axis ? size : 1)),
	);
}

function matrixSteps(
	node: Node,
	k: number,
	steps: Float64Array,
	to: readonly number[],
	own: readonly number[],
	facts: Facts,
): Float64Array | undefined {
	if (k > 1) return leastOver(steps, to, own);
	const weights = realOf(node.inputs[1 - k], facts);
	if (weights?.shape.length !== 2 || own.length < 2) return undefined;
	const gemm = node.opType === "Gemm";
	const alpha = gemm ? Math.abs(float(node, "alpha", 1)) : 1;
	const [turned, turnedOwn] = [k === 0 ? "transB" : "transA", k === 0 ? "transA" : "transB"].map(
		(name) => gemm && int(node, name, 0) !== 0,
	);
	// Of the weights [inner, outer] if the operand comes first, else [outer, inner].
	const innerFirst = (k === 0) !== turned;
	const [inner, outer] = innerFirst ? weights.shape : [...weights.shape].reverse();
	const results = leastAlong(steps, to, to.length - (k === 0 ? 1 : 2));
	if (results.length !== outer) return undefined;
	const least = new Float64Array(inner).fill(Number.POSITIVE_INFINITY);
	const [rows, columns] = weights.shape;
	const { data } = weights;
	for (let a = 0, i = 0; a < rows; a++) {
		for (let b = 0; b < columns; b++, i++) {
			if (data[i] === 0) continue;
			const at = innerFirst ? a : b;
			const step = results[innerFirst ? b : a] / Math.abs(data[i] * alpha);
			least[at] = Math.min(least[at], step);
		}
	}
	const axis = own.length - ((k === 0) !== turnedOwn ? 1 : 2);
	return expandedTo(
		least,
		own.map((size, j) => (j === axis ? size : 1)),
		own,
	);
}

function convolutionSteps(
	node: Node,
	steps: Float64Array,
	to: readonly number[],
	own: readonly number[],
	facts: Facts,
): Float64Array | undefined {
	const weights = realOf(node.inputs[1], facts);
	if (!weights) return undefined;
	const results = leastAlong(steps, to, 1);
	const [filters, perGroup] = weights.shape;
	const kernel = sizeOf(weights.shape.slice(2));
	const filtersPerGroup = filters / int(node, "group", 1);
	const least = new Float64Array(own[1]).fill(Number.POSITIVE_INFINITY);
	for (const [i, weight] of weights.data.entries()) {
		const filter = Math.floor(i / (perGroup * kernel));
		const channel = Math.floor(filter / filtersPerGroup) * perGroup + (Math.floor(i / kernel) % perGroup);
		if (weight !== 0) least[channel] = Math.min(least[channel], results[filter] / Math.abs(weight));
	}
	return expandedTo(
		least,
		own.map((size, j) => (j === 1 ? size : 1)),
		own,
	);
}
