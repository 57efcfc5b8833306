import { string } from "@umpire/graph/attributes.ts";
import { toReal } from "@umpire/graph/real.ts";
import { subgraphsOf } from "@umpire/graph/subgraphs.ts";
import { has } from "@umpire/graph/traits.ts";
import { producersOf } from "@umpire/graph/uses.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/** Outputs of a float model that hold probabilities: numbers from 0 to 1 of which only the absolute error means something. */
export function probabilitiesOf(graph: Graph): ReadonlySet<string> {
	const found = probabilitiesIn(graph, new Set());
	return new Set(graph.outputs.map(({ name }) => name).filter(found));
}

/** Tells which values of a graph are probabilities; `outer` are those around it that are. */
function probabilitiesIn(graph: Graph, outer: ReadonlySet<string>): (name: string) => boolean {
	const producers = producersOf(graph);
	const known = new Map<string, boolean>();
	const constant = (name: string): ArrayLike<number> | undefined => {
		const attribute = producers.get(name)?.attributes.get("value");
		const tensor =
			graph.initializers.get(name) ?? (attribute?.type === "tensor" ? attribute.value : undefined);
		return tensor && !Array.isArray(tensor.data) ? toReal(tensor).data : undefined;
	};
	const isOne = (name: string): boolean => {
		const values = constant(name);
		return values?.length === 1 && values[0] === 1;
	};
	const isProbability = (name: string): boolean => {
		const before = known.get(name);
		if (before !== undefined) return before;
		known.set(name, false);
		const node = producers.get(name);
		const result = node === undefined ? outer.has(name) : follows(node, name);
		known.set(name, result);
		return result;
	};
	const follows = (node: Node, name: string): boolean => {
		const [a, b] = node.inputs;
		if (node.domain === "ai.onnx.ml" && node.opType === "Normalizer") return isProbability(a);
		if (node.domain === "ai.onnx.ml")
			return node.outputs[1] === name && /^(SOFTMAX|LOGISTIC)/.test(string(node, "post_transform", "NONE"));
		if (node.domain !== "") return false;
		if (has(node, "permutes", "moves", "casts", "largest", "least", "clips")) return isProbability(a);
		switch (node.opType) {
			case "Sigmoid":
			case "HardSigmoid":
			case "Softmax":
				return true;
			case "ReduceMean":
			case "AveragePool":
			case "Dropout":
				return isProbability(a);
			case "If": {
				// Branches that say the same of other sizes, as traced models have them.
				const known = new Set([...producers.keys()].filter((one) => one !== name && isProbability(one)));
				const place = node.outputs.indexOf(name);
				return subgraphsOf(node).every((inner) =>
					probabilitiesIn(inner, known)(inner.outputs[place]?.name ?? ""),
				);
			}
			case "Identity":
				return isProbability(a);
			case "Concat":
				return node.inputs.every(isProbability);
			case "Mul":
				return isProbability(a) && isProbability(b);
			case "Sub":
				return isOne(a) && isProbability(b);
			case "Div":
				return isSpeltOut(a, b);
			case "Exp":
				return isLogShare(a);
			case "Reciprocal":
				return isLogistic(a);
			default:
				return false;
		}
	};
	/** log softmax, or x − log Σ exp(x), as mixtures and naive Bayes are exported. */
	const isLogShare = (name: string): boolean => {
		const node = producers.get(name);
		if (node?.domain !== "") return false;
		if (node.opType === "LogSoftmax") return true;
		let sum = node.opType === "Sub" ? producers.get(node.inputs[1]) : undefined;
		while (sum && has(sum, "views")) sum = producers.get(sum.inputs[0]);
		return sum?.opType === "ReduceLogSumExp" && sum.inputs[0] === node.inputs[0];
	};
	/** e / Σ e, p / Σ p, or 1 / (1 + e). */
	const isSpeltOut = (dividend: string, divisor: string): boolean => {
		const sum = producers.get(divisor);
		if (sum?.opType === "ReduceSum" && sum.inputs[0] === dividend)
			return producers.get(dividend)?.opType === "Exp" || isProbability(dividend);
		return isOne(dividend) && isLogistic(divisor);
	};
	/** 1 + exp(x). */
	const isLogistic = (name: string): boolean => {
		const sum = producers.get(name);
		if (sum?.opType !== "Add") return false;
		return sum.inputs.some(isOne) && sum.inputs.some((input) => producers.get(input)?.opType === "Exp");
	};
	return isProbability;
}
