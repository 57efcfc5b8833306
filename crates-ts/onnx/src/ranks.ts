import { elementCount } from "./element-types.ts";
import type { Graph, Node, TensorData } from "./model.ts";

/** Operators whose first output has the rank of their first input. */
const SAME_RANK = new Set(
	(
		"Abs Add And AveragePool BatchNormalization Cast Ceil Clip Concat Conv ConvTranspose DepthToSpace Div Dropout Elu " +
		"Equal Exp Floor GlobalAveragePool GlobalLpPool GlobalMaxPool Greater HardSigmoid Hardmax Identity InstanceNormalization " +
		"LRN LeakyRelu Less Log LogSoftmax LpNormalization LpPool Max MaxPool Mean Min Mul Neg Not Or PRelu Pad Pow " +
		"Reciprocal Relu Selu Sigmoid Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Sub Sum Tanh " +
		"ThresholdedRelu Tile Transpose Upsample Xor"
	).split(" "),
);

/** What is known of a value when a node is looked at: its rank, and its elements if they are constant. */
export interface Known {
	readonly ranks: Map<string, number>;
	readonly constants: Map<string, readonly bigint[]>;
}

/** What a graph's inputs, initializers and value infos tell, on top of what the enclosing graph tells. */
export function knownOfGraph(graph: Graph, outer?: Known): Known {
	const ranks = new Map(outer?.ranks);
	const constants = new Map(outer?.constants);
	for (const value of [...graph.valueInfo, ...graph.outputs, ...graph.inputs])
		if (value.dims !== null && value.type !== "undefined") ranks.set(value.name, value.dims.length);
	for (const [name, tensor] of graph.initializers) {
		ranks.set(name, tensor.dims.length);
		if (elementCount(tensor.dims) <= 64 && !Array.isArray(tensor.data) && isInteger(tensor.data))
			constants.set(name, Array.from(tensor.data, BigInt));
	}
	return { ranks, constants };
}

function isInteger(data: TensorData): boolean {
	return !Array.isArray(data) && Array.from(data as Float32Array, Number).every(Number.isInteger);
}

/** Learns the ranks of a node's outputs from those of its inputs, where the operator tells them. */
export function learn(node: Node, known: Known): void {
	const output = node.outputs[0];
	const rank = rankOf(node, known);
	if (node.opType === "Constant") {
		const value = node.attributes.get("value");
		if (value?.type === "tensor" && value.value.data.length <= 64 && isInteger(value.value.data))
			known.constants.set(output, Array.from(value.value.data as Float32Array, BigInt));
	}
	if (rank === null) return;
	for (const name of node.opType === "Split" ? node.outputs : [output])
		if (!known.ranks.has(name)) known.ranks.set(name, rank);
}

function rankOf(node: Node, { ranks, constants }: Known): number | null {
	const input = ranks.get(node.inputs[0]) ?? null;
	const ints = (name: string) => {
		const attribute = node.attributes.get(name);
		return attribute?.type === "ints" ? attribute.value : null;
	};
	switch (node.opType) {
		case "Constant": {
			const value = node.attributes.get("value");
			return value?.type === "tensor" ? value.value.dims.length : null;
		}
		case "Flatten":
		case "Gemm":
			return 2;
		case "MatMul":
			return input === null ? null : Math.max(input, ranks.get(node.inputs[1]) ?? 0);
		case "Reshape":
			return ints("shape")?.length ?? constants.get(node.inputs[1])?.length ?? null;
		case "Squeeze":
			return input === null || ints("axes") === null ? null : input - ints("axes")!.length;
		case "Unsqueeze":
			return input === null || ints("axes") === null ? null : input + ints("axes")!.length;
		case "Shape":
			return 1;
		case "Gather": {
			const indices = ranks.get(node.inputs[1]);
			return input === null || indices === undefined ? null : input - 1 + indices;
		}
	}
	if (node.opType.startsWith("Reduce")) {
		const keep = node.attributes.get("keepdims");
		if (keep?.type !== "int" || keep.value === 1n) return input;
		return input === null ? null : ints("axes") === null ? 0 : input - ints("axes")!.length;
	}
	return SAME_RANK.has(node.opType) ? input : null;
}
