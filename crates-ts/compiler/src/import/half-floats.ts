import { codeOfType, tensorFrom, toNumbers } from "@umpire/onnx/element-types.ts";
import type {
	AttributeValue,
	ElementType,
	Graph,
	Model,
	Node,
	Tensor,
	ValueInfo,
} from "@umpire/onnx/model.ts";

const HALF: ReadonlySet<ElementType> = new Set(["float16", "bfloat16"]);
const HALF_CODES = new Set([...HALF].map((type) => BigInt(codeOfType(type))));
const FLOAT32 = BigInt(codeOfType("float32"));

/** Attributes that name an element type. */
const TYPE_ATTRIBUTES = new Set(["dtype", "output_datatype", "output_dtype", "to"]);

/**
 * The model with float32 for float16 and bfloat16 throughout: onnxruntime has few kernels for
 * them, and their rounding is no part of what a model is meant to compute.
 */
export function withoutHalfFloats(model: Model): Model {
	return {
		...model,
		graph: widenGraph(model.graph),
		functions: model.functions.map((body) => ({ ...body, nodes: body.nodes.map(widenNode) })),
	};
}

/** A tensor of float16 or bfloat16 as float32; any other as it is. */
export function withoutHalf(tensor: Tensor): Tensor {
	return HALF.has(tensor.type) ? tensorFrom("float32", tensor.dims, toNumbers(tensor)) : tensor;
}

function widenGraph(graph: Graph): Graph {
	return {
		...graph,
		inputs: graph.inputs.map(widenValue),
		outputs: graph.outputs.map(widenValue),
		valueInfo: graph.valueInfo.map(widenValue),
		initializers: new Map([...graph.initializers].map(([name, tensor]) => [name, withoutHalf(tensor)])),
		nodes: graph.nodes.map(widenNode),
	};
}

function widenValue(value: ValueInfo): ValueInfo {
	return HALF.has(value.type) ? { ...value, type: "float32" } : value;
}

function widenNode(node: Node): Node {
	// The bits of a half float are no other number's.
	if (node.opType === "BitCast" || node.attributes.size === 0) return node;
	const widened = [...node.attributes].map(([name, value]): [string, AttributeValue] => [
		name,
		widenAttribute(name, value),
	]);
	return { ...node, attributes: new Map(widened) };
}

function widenAttribute(name: string, attribute: AttributeValue): AttributeValue {
	if (attribute.type === "tensor") return { type: "tensor", value: withoutHalf(attribute.value) };
	if (attribute.type === "graph") return { type: "graph", value: widenGraph(attribute.value) };
	if (attribute.type === "int" && TYPE_ATTRIBUTES.has(name) && HALF_CODES.has(attribute.value))
		return { type: "int", value: FLOAT32 };
	return attribute;
}
