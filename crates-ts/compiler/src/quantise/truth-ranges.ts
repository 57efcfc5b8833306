import { float, int } from "@umpire/graph/attributes.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { type Range, type RangeTable, reachOf, union } from "@umpire/graph/ranges.ts";
import { isFloat, type Real, toReal } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/**
 * The ranges with those that can be where a value is made of truth values alone: categories, bins, thresholds. Each
 * of them may be 0 or 1 in some row, whatever calibration saw, and a category that it never saw is what moves a
 * likelihood most.
 */
export function withTruthRanges(graph: Graph, facts: Facts): RangeTable {
	const ranges: RangeTable = new Map(facts.ranges);
	const known = new Map<string, Range>();
	for (const node of graph.nodes) {
		const range = rangeOf(node, known, facts);
		if (!range || !(reachOf(range) < 2 ** 40)) continue;
		for (const output of node.outputs) {
			if (output === "") continue;
			known.set(output, range);
			const seen = ranges.get(output);
			if (seen && isFloat(facts.types.get(output) ?? "undefined")) ranges.set(output, union(seen, range));
		}
	}
	return ranges;
}

/**
 * Sums of squares have room for some terms of 1e6 (variances of 1e-6): of all terms at once, a grid would be too
 * coarse to tell likelihoods apart.
 */
const MOST_SQUARES = 2 ** 24;

const TRUTH: Range = { low: 0, high: 1 };

/** What the node's results can be, its operands being what they can be; undefined if some may be anything. */
function rangeOf(node: Node, known: ReadonlyMap<string, Range>, facts: Facts): Range | undefined {
	if (node.domain !== "") return undefined;
	if (facts.types.get(node.outputs[0]) === "bool") return TRUTH;
	const real = (name: string | undefined): Real | undefined => {
		const tensor = name ? facts.constants.get(name) : undefined;
		return tensor && tensor.type !== "string" ? toReal(tensor) : undefined;
	};
	const operand = (name: string): Range | undefined => {
		const constant = real(name);
		return constant ? extremes(constant.data) : known.get(name);
	};
	const [a, b, c] = node.inputs;
	const [x, y] = [operand(a ?? ""), operand(b ?? "")];
	if (has(node, "joins")) {
		const parts = node.inputs.map(operand);
		return parts.every((part) => part !== undefined) ? parts.reduce(union) : undefined;
	}
	if (has(node, "moves", "casts", "permutes", "views")) return known.has(a) ? x : undefined;
	if (!node.inputs.some((name) => known.has(name))) return undefined;
	switch (node.opType) {
		case "Add":
			return x && y && { low: x.low + y.low, high: x.high + y.high };
		case "Sub":
			return x && y && { low: x.low - y.high, high: x.high - y.low };
		case "Mul":
			if (a === b && x) return squared(x);
			return x && y && product(x, y);
		case "Where": {
			const z = operand(c ?? "");
			return y && z && union(y, z);
		}
		case "Clip": {
			const [low, high] = [real(b)?.data[0], real(c)?.data[0]];
			if (!x) return undefined;
			const clip = (value: number): number =>
				Math.min(Math.max(value, low ?? Number.NEGATIVE_INFINITY), high ?? Number.POSITIVE_INFINITY);
			return { low: clip(x.low), high: clip(x.high) };
		}
		case "MatMul":
		case "Gemm": {
			// Rows times themselves are sums of squares; of other products nothing is known.
			if (known.has(a) && known.has(b)) {
				if (x?.low !== y?.low || x?.high !== y?.high) return undefined;
				const count = facts.shapes.get(a)?.at(-1) ?? 1;
				const whole = x && y && node.opType === "MatMul" ? product(x, y) : undefined;
				return whole && { low: 0, high: Math.min(whole.high * count, MOST_SQUARES) };
			}
			const weights = known.has(a) && int(node, "transA", 0) === 0 ? real(b) : undefined;
			const bias = c ? real(c) : undefined;
			if (!x || weights?.shape.length !== 2 || (c && !bias)) return undefined;
			return weighted(x, weights, node, bias);
		}
		case "ReduceMax":
		case "ReduceMin":
			return x;
		case "ReduceSum": {
			const count = sizeOf(facts.shapes.get(a) ?? []) / sizeOf(facts.shapes.get(node.outputs[0]) ?? []);
			return x && { low: Math.min(x.low, x.low * count), high: Math.max(x.high, x.high * count) };
		}
		default:
			return undefined;
	}
}

function extremes(data: ArrayLike<number>): Range | undefined {
	let range: Range | undefined;
	for (let i = 0; i < data.length; i++)
		range = range ? union(range, { low: data[i], high: data[i] }) : { low: data[i], high: data[i] };
	return range && Number.isFinite(reachOf(range)) ? range : undefined;
}

function squared({ low, high }: Range): Range {
	const ends = [low * low, high * high];
	return { low: low < 0 && high > 0 ? 0 : Math.min(...ends), high: Math.max(...ends) };
}

function product(x: Range, y: Range): Range {
	const ends = [x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high];
	return { low: Math.min(...ends), high: Math.max(...ends) };
}

/** Column by column: the sum of each weight at that end of the operand where it is least, or largest. */
function weighted(x: Range, { shape, data }: Real, node: Node, bias: Real | undefined): Range {
	const isGemm = node.opType === "Gemm";
	const turned = isGemm && int(node, "transB", 0) !== 0;
	const alpha = isGemm ? float(node, "alpha", 1) : 1;
	const beta = isGemm ? float(node, "beta", 1) : 1;
	const columns = turned ? shape[0] : shape[1];
	const [low, high] = [new Float64Array(columns), new Float64Array(columns)];
	for (let i = 0; i < data.length; i++) {
		const k = turned ? Math.floor(i / shape[1]) : i % shape[1];
		const ends = [data[i] * alpha * x.low, data[i] * alpha * x.high];
		low[k] += Math.min(...ends);
		high[k] += Math.max(...ends);
	}
	const shift = (k: number): number => (bias ? bias.data[bias.data.length === 1 ? 0 : k] * beta : 0);
	return {
		low: Math.min(...low.map((v, k) => v + shift(k))),
		high: Math.max(...high.map((v, k) => v + shift(k))),
	};
}
