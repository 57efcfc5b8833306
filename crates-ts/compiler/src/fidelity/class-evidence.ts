import { int, ints } from "@umpire/graph/attributes.ts";
import { subgraphsOf } from "@umpire/graph/subgraphs.ts";
import { has } from "@umpire/graph/traits.ts";
import { producersOf } from "@umpire/graph/uses.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import { probabilitiesOf } from "./probabilities.ts";

/** What a model says of the rows of an output: from what tells most to what tells nothing. */
export type Evidence = "probabilities" | "classifier" | "ranked" | "product" | "none";

/** Classifiers whose second output is scores. */
const CLASSIFIERS = new Set(["LinearClassifier", "SVMClassifier", "TreeEnsembleClassifier"]);
/** Products with weights of onnxruntime, and of quantised models: of channels along axis 1, and along the last axis. */
const CHANNELS_SECOND = new Set([
	"ConvInteger",
	"FusedConv",
	"FusedGemm",
	"QGemm",
	"QLinearConv",
	"NhwcConv",
]);
const CHANNELS_LAST = new Set([
	"DynamicQuantizeMatMul",
	"FusedMatMul",
	"MatMulBnb4",
	"MatMulInteger",
	"MatMulIntegerToFloat",
	"MatMulNBits",
	"QLinearMatMul",
]);
/** What keeps scores scores, whatever other operands they have. */
const KEEPING = new Set([
	"AveragePool",
	"BatchNormalization",
	"DequantizeLinear",
	"Dropout",
	"GlobalAveragePool",
	"LeakyRelu",
	"Neg",
	"QuantizeLinear",
	"ReduceMean",
	"ReduceSum",
]);

/** Where the rows lie in a value: its axis, and how many there are; undefined once a reshape moved them out of sight. */
type Place = { readonly axis: number; readonly rank: number } | undefined;

/** What a graph says of the rows, along the last axis, of a value with so many axes. */
export function evidenceOf(graph: Graph, output: string, rank: number): Evidence {
	if (rank === 0) return "none";
	const producers = producersOf(graph);
	const constants = new Set(graph.initializers.keys());
	const isConstant = (name: string): boolean =>
		constants.has(name) || /^Constant(OfShape)?$/.test(producers.get(name)?.opType ?? "");
	const probabilities = probabilitiesOf(graph);
	const ranked = new Set(graph.nodes.filter((node) => has(node, "scores")).map(({ inputs }) => inputs[0]));
	/** What is known of a value: sums of what was summed before would be gone through twice each time. */
	const known = new Map<string, Evidence>();
	const visit = (name: string, place: Place): Evidence => {
		const key = `${place?.axis} ${place?.rank} ${name}`;
		const before = known.get(key);
		if (before !== undefined) return before;
		known.set(key, "none");
		const found = look(name, place);
		known.set(key, found);
		return found;
	};
	const look = (name: string, place: Place): Evidence => {
		const node = producers.get(name);
		const own = node === undefined ? "none" : follow(node, name, place);
		return own === "none" || own === "product" ? (ranked.has(name) ? "ranked" : own) : own;
	};
	const follow = (node: Node, name: string, place: Place): Evidence => {
		const [first] = node.inputs;
		if (node.domain === "ai.onnx.ml") {
			if (node.opType === "ZipMap") return "classifier";
			if (node.opType === "Normalizer") return visit(first, place);
			return CLASSIFIERS.has(node.opType) && node.outputs[1] === name ? "classifier" : "none";
		}
		if (CHANNELS_LAST.has(node.opType) || has(node, "channelsLast")) return productAt(place, -1);
		if (CHANNELS_SECOND.has(node.opType) || has(node, "channelsSecond")) return productAt(place, 1);
		if (node.domain !== "" && !KEEPING.has(node.opType)) return "none";
		switch (node.opType) {
			case "Hardmax":
			case "LogSoftmax":
			case "Softmax":
				return alongRows(int(node, "axis", -1), place) ? "probabilities" : "none";
			case "HardSigmoid":
			case "Sigmoid": {
				// A map of a picture has rows of pixels; two axes are samples and what is said of them.
				if (place === undefined || place.rank <= 2) return "probabilities";
				return visit(first, place) === "none" ? "none" : "probabilities";
			}
			case "Transpose":
				return visit(first, place && moved(node, place));
			case "If":
				return strongest(
					subgraphsOf(node).map((inner) =>
						evidenceOf(inner, inner.outputs[node.outputs.indexOf(name)]?.name ?? "", rank),
					),
				);
			case "Concat":
				return weakest(node.inputs.map((input) => visit(input, place)));
		}
		if (KEEPING.has(node.opType)) return visit(first, keptAxes(node) ? place : undefined);
		if (has(node, "moves", "permutes")) return visit(first, has(node, "permutes") ? undefined : place);
		if (has(node, "casts", "clips", "largest", "least")) return visit(first, place);
		// Scores with a bias, at a temperature or within bounds are scores.
		if (!has(node, "arithmetic", "linear", "shiftsOrBounds")) return "none";
		const computed = node.inputs.filter((input) => input !== "" && !isConstant(input));
		return weakest(computed.map((input) => visit(input, place)));
	};
	const found = visit(output, { axis: rank - 1, rank });
	// A softmax that is written out, of samples in rows.
	return found !== "probabilities" && rank <= 2 && probabilities.has(output) ? "probabilities" : found;
}

const productAt = (place: Place, axis: number): Evidence => (alongRows(axis, place) ? "product" : "none");

/** Whether an operator's axis is that of the rows, or cannot be told from it. */
function alongRows(axis: number, place: Place): boolean {
	return place === undefined || (axis < 0 ? axis + place.rank : axis) === place.axis;
}

/** Where the rows were before a transposition. */
function moved(node: Node, { axis, rank }: { readonly axis: number; readonly rank: number }): Place {
	const order = ints(node, "perm") ?? Array.from({ length: rank }, (_, k) => rank - 1 - k);
	return order.length === rank ? { axis: order[axis], rank } : undefined;
}

/** Reductions that drop their axes move the rows. */
function keptAxes(node: Node): boolean {
	return !node.opType.startsWith("Reduce") || int(node, "keepdims", 1) === 1;
}

const ORDER: readonly Evidence[] = ["none", "product", "ranked", "classifier", "probabilities"];

/** What all of several parts are at least. */
function weakest(parts: readonly Evidence[]): Evidence {
	return parts.length === 0 ? "none" : ORDER[Math.min(...parts.map((part) => ORDER.indexOf(part)))];
}

/** What one of several parts is at most. */
function strongest(parts: readonly Evidence[]): Evidence {
	return parts.length === 0 ? "none" : ORDER[Math.max(...parts.map((part) => ORDER.indexOf(part)))];
}
