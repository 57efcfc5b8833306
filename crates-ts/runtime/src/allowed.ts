import type { Graph, Model, Node } from "@umpire/onnx/model.ts";

/** Standard operators whose kernels are exact on the integers that the plans allow. */
const STANDARD: ReadonlySet<string> = new Set([
	"Add",
	"ArgMax",
	"Cast",
	"Ceil",
	"Clip",
	"Concat",
	"Constant",
	"Conv",
	"Div",
	"Equal",
	"Expand",
	"Flatten",
	"Floor",
	"Gather",
	"GatherElements",
	"Gemm",
	"Identity",
	"Less",
	"MatMul",
	"Max",
	"MaxPool",
	"Min",
	"Mul",
	"Pad",
	"QLinearConv",
	"ReduceMax",
	"ReduceSum",
	"Reshape",
	"Slice",
	"Squeeze",
	"Sub",
	"Tile",
	"Transpose",
	"Unsqueeze",
	"Where",
]);

/** Integer kernels, of which the certificate bounds operands and sums. The second layout is the same convolution's. */
const KERNELS: ReadonlySet<string> = new Set([
	"DequantizeLinear",
	"MatMulIntegerToFloat",
	"QLinearConv",
	"QuantizeLinear",
]);

/** Which of their inputs are scales. */
const SCALES: Readonly<Record<string, readonly number[]>> = {
	DequantizeLinear: [1],
	MatMulIntegerToFloat: [2, 3],
	QLinearConv: [1, 4, 6],
	QuantizeLinear: [1],
};

/** What a convolution's scales are beside a power of two, so that it rounds halves up. */
const UPWARDS = 1 + 2 ** -23;

/** onnxruntime's blocked layout: the same sums in another order. */
const BLOCKED: ReadonlySet<string> = new Set(["Conv", "MaxPool", "ReorderInput", "ReorderOutput"]);

/**
 * Why an optimised model may not be run: the nodes whose arithmetic the exactness proofs do not
 * cover (fused factors in float32, activations, integer kernels that saturate, scales that were not walked), and results that were lost. Empty if it
 * may.
 */
export function forbiddenNodes(model: Model): string[] {
	return [...graphFaults(model.graph), ...lostOutputs(model.graph)];
}

/** Outputs that nothing computes any more: onnxruntime notices only when it has to return them, and crashes. */
function lostOutputs({ inputs, initializers, nodes, outputs }: Graph): string[] {
	const known = new Set([...inputs.map(({ name }) => name), ...nodes.flatMap((node) => node.outputs)]);
	return outputs.flatMap(({ name }) =>
		known.has(name) || initializers.has(name) ? [] : [`output ${name}: computed by no node`],
	);
}

function graphFaults(graph: Graph): string[] {
	return graph.nodes.flatMap((node) => {
		const fault = nodeFault(node) ?? scaleFault(node, graph) ?? windowFault(node);
		return fault === undefined ? [] : [`${node.opType} ${node.name}: ${fault}`];
	});
}

function nodeFault(node: Node): string | undefined {
	for (const [name, value] of node.attributes) {
		if (value.type === "graph") return `a subgraph in attribute ${name}`;
		if (value.type === "float" && (name === "alpha" || name === "beta") && value.value !== 1) {
			return `${name} ${value.value}`;
		}
		if (name === "activation" || name.startsWith("activation_")) return `a fused ${name}`;
	}
	if (node.domain === "" || node.domain === "ai.onnx") {
		return STANDARD.has(node.opType) ? undefined : "not on the list of exact operators";
	}
	if (node.domain === "com.microsoft") {
		return KERNELS.has(node.opType) ? undefined : "not on the list of exact operators";
	}
	if (node.domain === "com.microsoft.nchwc") {
		if (!BLOCKED.has(node.opType)) return "not on the list of exact operators";
		// A fourth input is a tensor that onnxruntime adds inside: no plan has proved that sum.
		return node.inputs.length > 3 ? "a fused sum" : undefined;
	}
	return `domain ${node.domain}`;
}

/**
 * Bodies pad their windows by less than the kernel, and by more beforehand. An optimiser that puts both together makes
 * a node of it that onnxruntime's kernels may not survive: of an axis of no elements, say, of which all is padding.
 */
function windowFault({ attributes }: Node): string | undefined {
	const [pads, kernel] = [attributes.get("pads"), attributes.get("kernel_shape")];
	if (pads?.type !== "ints" || kernel?.type !== "ints") return undefined;
	const beyond = pads.value.find((pad, i) => pad >= kernel.value[i % kernel.value.length]);
	return beyond === undefined ? undefined : `pads of ${beyond} beside a kernel of [${kernel.value}]`;
}

/** An optimiser that makes one kernel of two computes a scale of its own. */
function scaleFault(node: Node, { initializers }: Graph): string | undefined {
	if (!Object.hasOwn(SCALES, node.opType)) return undefined;
	for (const index of SCALES[node.opType]) {
		const scale = initializers.get(node.inputs[index]);
		if (scale === undefined) return `scale ${node.inputs[index]}, which is no constant`;
		for (const value of scale.data) if (!isScale(Number(value))) return `scale ${value}`;
	}
	return undefined;
}

const isPower = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));
const isScale = (value: number): boolean => isPower(value) || isPower(value / UPWARDS);
