import { int } from "@umpire/graph/attributes.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { type Range, UNBOUNDED, union } from "@umpire/graph/ranges.ts";
import { toReal } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

const UNIT: Range = { low: 0, high: 1 };
const SIGNED: Range = { low: -1, high: 1 };

/** Larger constants are weights of products, of which no bound comes; to read them takes time. */
const MOST_CONSTANTS = 4096;

/** Functions that no operand makes leave these bounds. */
const OF_FUNCTIONS: Readonly<Record<string, Range>> = {
	Cos: SIGNED,
	Erf: SIGNED,
	HardSigmoid: UNIT,
	Sigmoid: UNIT,
	Sin: SIGNED,
	Softmax: UNIT,
	Softsign: SIGNED,
	Tanh: SIGNED,
};

/**
 * Between which numbers values lie whatever the inputs are, as operators and constants say: a sigmoid, its mean, a
 * product of two. Values of which an end is not known have an infinite one; what is not in the table has none known.
 */
export function naturalBounds(graph: Graph, facts: Facts): ReadonlyMap<string, Range> {
	const known = new Map<string, Range>();
	const sums = new Map<string, string>();
	const of = (name: string | undefined): Range => {
		if (!name) return UNBOUNDED;
		const found = known.get(name);
		if (found) return found;
		if (facts.types.get(name) === "bool") return UNIT;
		const tensor = facts.constants.get(name);
		if (!tensor || tensor.type === "string" || tensor.data.length > MOST_CONSTANTS) return UNBOUNDED;
		const range = extremes(toReal(tensor).data);
		known.set(name, range);
		return range;
	};
	for (const node of graph.nodes) {
		const [first] = node.outputs;
		if (node.domain !== "" || !first) continue;
		if (node.opType === "ReduceSum") sums.set(first, node.inputs[0]);
		const isShare = node.opType === "Div" && sums.get(node.inputs[1]) === node.inputs[0];
		const range = isShare && of(node.inputs[0]).low >= 0 ? UNIT : boundsOf(node, of, facts);
		if (range.low === Number.NEGATIVE_INFINITY && range.high === Number.POSITIVE_INFINITY) continue;
		for (const name of node.outputs) if (name !== "") known.set(name, range);
	}
	return known;
}

function boundsOf(node: Node, of: (name: string | undefined) => Range, facts: Facts): Range {
	const { opType, inputs, outputs } = node;
	const [x, y, z] = [of(inputs[0]), of(inputs[1]), of(inputs[2])];
	if (Object.hasOwn(OF_FUNCTIONS, opType)) return OF_FUNCTIONS[opType];
	if (has(node, "joins")) return inputs.map(of).reduce(union);
	if (has(node, "moves", "permutes", "views", "casts", "largest", "least") && !has(node, "clips")) return x;
	switch (opType) {
		case "Abs":
			return x.low >= 0 ? x : { low: 0, high: Math.max(-x.low, x.high) };
		case "Add":
			return { low: x.low + y.low, high: x.high + y.high };
		case "AveragePool":
			// What lies beyond an edge counts as 0 where it counts.
			return int(node, "count_include_pad", 0) === 0 ? x : union(x, { low: 0, high: 0 });
		case "Clip":
			return { low: within(x.low, y.low, z.high), high: within(x.high, y.low, z.high) };
		case "Exp":
			return { low: Math.exp(x.low), high: Math.exp(x.high) };
		case "GlobalAveragePool":
		case "ReduceMean":
			return x;
		case "Max":
			return extremesOf(inputs.map(of), Math.max);
		case "Min":
			return extremesOf(inputs.map(of), Math.min);
		case "Mul":
			return inputs[0] === inputs[1] ? squared(x) : product(x, y);
		case "Neg":
			return { low: -x.high, high: -x.low };
		case "ReduceSum": {
			const count = sizeOf(facts.shapes.get(inputs[0]) ?? []) / sizeOf(facts.shapes.get(outputs[0]) ?? []);
			return product(x, { low: count, high: count });
		}
		case "Relu":
			return { low: Math.max(0, x.low), high: Math.max(0, x.high) };
		case "Sqrt":
			return { low: Math.sqrt(Math.max(0, x.low)), high: Math.sqrt(Math.max(0, x.high)) };
		case "Sub":
			return inputs[0] === inputs[1] ? { low: 0, high: 0 } : { low: x.low - y.high, high: x.high - y.low };
		case "Where":
			return union(y, z);
		default:
			return UNBOUNDED;
	}
}

const within = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

function extremesOf(ranges: readonly Range[], pick: (...values: number[]) => number): Range {
	return { low: pick(...ranges.map(({ low }) => low)), high: pick(...ranges.map(({ high }) => high)) };
}

function squared({ low, high }: Range): Range {
	const ends = [low * low, high * high];
	return { low: low < 0 && high > 0 ? 0 : Math.min(...ends), high: Math.max(...ends) };
}

function product(x: Range, y: Range): Range {
	// Nothing times what is not bounded is nothing: no number of a model is infinite here.
	const ends = [x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high].map((end) => end || 0);
	return { low: Math.min(...ends), high: Math.max(...ends) };
}

function extremes(data: ArrayLike<number>): Range {
	if (data.length === 0) return UNBOUNDED;
	let [low, high] = [data[0], data[0]];
	for (let i = 1; i < data.length; i++) {
		if (data[i] < low) low = data[i];
		if (data[i] > high) high = data[i];
	}
	return Number.isNaN(low) || Number.isNaN(high) ? UNBOUNDED : { low, high };
}
