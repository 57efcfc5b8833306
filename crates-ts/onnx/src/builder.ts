import { tensorFrom } from "./element-types.ts";
import { OnnxError } from "./errors.ts";
import type { AttributeValue, ElementType, Graph, Model, Node, Tensor, ValueInfo } from "./model.ts";

/** A whole number becomes an int (a float where ONNX's attribute of that name is one), a fraction a float. */
export type AttributeInput =
	| number
	| string
	| readonly number[]
	| readonly string[]
	| Tensor
	| AttributeValue;

/** Attributes that hold floats even when their value is whole. */
const FLOATS = new Set(
	(
		"alpha beta gamma epsilon momentum ratio lambd bias min max low high mean scale seed value_float " +
		"cubic_coeff_a extrapolation_value layer_norm_epsilon value_floats scales activation_alpha activation_beta"
	).split(" "),
);

export interface BuilderOptions {
	/** Opset of the standard domain; 17 by default. */
	readonly opset?: number;
	readonly producer?: string;
}

/**
 * Builds an ONNX graph node by node; values are named by strings.
 *
 *     const g = new GraphBuilder("dnn");
 *     const x = g.input("x", "float32", [1, 784]);
 *     const h = g.node("Gemm", [x, g.constant("fc1.weight", w)], { transB: 1 }, "/fc1/Gemm");
 *     g.output(g.node("Relu", [h], {}, "/relu/Relu", ["y"]), "float32", [1, 20]);
 *     const model = g.model();
 */
export class GraphBuilder {
	readonly #name: string;
	readonly #options: BuilderOptions;
	readonly #inputs: ValueInfo[] = [];
	readonly #outputs: ValueInfo[] = [];
	readonly #initializers = new Map<string, Tensor>();
	readonly #nodes: Node[] = [];
	readonly #names = new Set<string>();

	constructor(name: string, options: BuilderOptions = {}) {
		this.#name = name;
		this.#options = options;
	}

	#claim(name: string): string {
		if (name === "" || this.#names.has(name))
			throw new OnnxError(`the graph "${this.#name}" has the name "${name}" already`);
		this.#names.add(name);
		return name;
	}

	input(name: string, type: ElementType, dims: ValueInfo["dims"]): string {
		this.#inputs.push({ name: this.#claim(name), type, dims });
		return name;
	}

	constant(name: string, tensor: Tensor): string {
		this.#initializers.set(this.#claim(name), tensor);
		return name;
	}

	/** An int64 constant of one axis, as Reshape, Slice, Pad and others take it. */
	ints(name: string, values: readonly number[]): string {
		return this.constant(name, tensorFrom("int64", [values.length], values));
	}

	/** A float32 scalar. */
	scalar(name: string, value: number): string {
		return this.constant(name, tensorFrom("float32", [], [value]));
	}

	/**
	 * Adds a node with one output (or the given output names).
	 * @param name by default the operator's type and a number
	 * @returns the name of the first output, `${name}_output_0` unless given
	 */
	node(
		opType: string,
		inputs: readonly string[],
		attributes: Readonly<Record<string, AttributeInput>> = {},
		name = `${opType}_${this.#nodes.length}`,
		outputs: readonly string[] = [`${name}_output_0`],
		domain = "",
	): string {
		for (const output of outputs) if (output !== "") this.#claim(output);
		const converted = Object.entries(attributes).map(
			([key, value]) => [key, attributeOf(key, value)] as const,
		);
		this.#nodes.push({ name, opType, domain, inputs, outputs, attributes: new Map(converted) });
		return outputs[0];
	}

	/** Declares a value as output; without a type onnxruntime infers it. */
	output(name: string, type: ElementType = "undefined", dims: ValueInfo["dims"] = null): string {
		this.#outputs.push({ name, type, dims });
		return name;
	}

	graph(): Graph {
		return {
			name: this.#name,
			inputs: [...this.#inputs],
			outputs: [...this.#outputs],
			valueInfo: [],
			initializers: new Map(this.#initializers),
			nodes: [...this.#nodes],
		};
	}

	/** The model so far, of IR 8. */
	model(): Model {
		return {
			irVersion: 8,
			producer: this.#options.producer ?? "umpire",
			graph: this.graph(),
			opsets: new Map([["", this.#options.opset ?? 17]]),
			functions: [],
			metadata: new Map(),
		};
	}
}

/** An attribute of a plain value: a float where ONNX has one of that name, otherwise by the value. */
export function attributeOf(name: string, value: AttributeInput): AttributeValue {
	if (typeof value === "number") {
		if (FLOATS.has(name) || !Number.isInteger(value)) return { type: "float", value };
		return { type: "int", value: BigInt(value) };
	}
	if (typeof value === "string") return { type: "string", value };
	if (isStrings(value)) return { type: "strings", value };
	if (isNumbers(value)) {
		if (FLOATS.has(name) || !value.every(Number.isInteger)) return { type: "floats", value };
		return { type: "ints", value: value.map(BigInt) };
	}
	return "dims" in value ? { type: "tensor", value } : value;
}

function isNumbers(value: unknown): value is readonly number[] {
	return Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
	return Array.isArray(value) && typeof value[0] === "string";
}
