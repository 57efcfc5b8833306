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

/** Attributes that name an element type. */
const TYPE_ATTRIBUTES = new Set(["dtype", "output_datatype", "output_dtype", "to"]);

/**
 * The model with float32 for float16 and bfloat16 throughout: onnxruntime has few kernels for
 * them, and their rounding is no part of what a model is meant to compute.
 */
export function withoutHalfFloats(model: Model): Model {
	return retyped(model, HALF, "float32");
}

/** A tensor of float16 or bfloat16 as float32; any other as it is. */
export function withoutHalf(tensor: Tensor): Tensor {
	return retypedTensor(tensor, HALF, "float32");
}

const SINGLE: ReadonlySet<ElementType> = new Set(["float32"]);

/** The model with float64 for float32 throughout, in which float32's own rounding does not show. */
export function inFloat64(model: Model): Model {
	return retyped(model, SINGLE, "float64");
}

/** A tensor of float32 as float64; any other as it is. */
export function asFloat64(tensor: Tensor): Tensor {
	return retypedTensor(tensor, SINGLE, "float64");
}

function retyped(model: Model, from: ReadonlySet<ElementType>, to: ElementType): Model {
	const writer = new Retyping(from, to);
	return {
		...model,
		graph: writer.graph(model.graph),
		functions: model.functions.map((body) => ({
			...body,
			nodes: body.nodes.map((node) => writer.node(node)),
		})),
	};
}

function retypedTensor(tensor: Tensor, from: ReadonlySet<ElementType>, to: ElementType): Tensor {
	return from.has(tensor.type) ? tensorFrom(to, tensor.dims, toNumbers(tensor)) : tensor;
}

/** Writes one element type for others, wherever a model names or holds them. */
class Retyping {
	readonly #from: ReadonlySet<ElementType>;
	readonly #codes: ReadonlySet<bigint>;
	readonly #to: ElementType;

	constructor(from: ReadonlySet<ElementType>, to: ElementType) {
		this.#from = from;
		this.#codes = new Set([...from].map((type) => BigInt(codeOfType(type))));
		this.#to = to;
	}

	graph(graph: Graph): Graph {
		const value = (info: ValueInfo): ValueInfo =>
			this.#from.has(info.type) ? { ...info, type: this.#to } : info;
		return {
			...graph,
			inputs: graph.inputs.map(value),
			outputs: graph.outputs.map(value),
			valueInfo: graph.valueInfo.map(value),
			initializers: new Map(
				[...graph.initializers].map(([name, tensor]) => [name, retypedTensor(tensor, this.#from, this.#to)]),
			),
			nodes: graph.nodes.map((node) => this.node(node)),
		};
	}

	node(node: Node): Node {
		// The bits of a float are no other number's.
		if (node.opType === "BitCast" || node.attributes.size === 0) return node;
		const attributes = [...node.attributes].map(([name, value]): [string, AttributeValue] => [
			name,
			this.#attribute(name, value),
		]);
		return { ...node, attributes: new Map(attributes) };
	}

	#attribute(name: string, attribute: AttributeValue): AttributeValue {
		if (attribute.type === "tensor")
			return { type: "tensor", value: retypedTensor(attribute.value, this.#from, this.#to) };
		if (attribute.type === "graph") return { type: "graph", value: this.graph(attribute.value) };
		if (attribute.type === "int" && TYPE_ATTRIBUTES.has(name) && this.#codes.has(attribute.value))
			return { type: "int", value: BigInt(codeOfType(this.#to)) };
		return attribute;
	}
}
