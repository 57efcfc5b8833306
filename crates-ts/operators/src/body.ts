import type { AttributeValue, ElementType, Node, Tensor, TensorData } from "@umpire/onnx/model.ts";
import { isNarrow, type NarrowType } from "./narrow.ts";

/** The two arithmetic types of function bodies. */
export type FloatType = "float32" | "float64";

/** Integers below this magnitude are exact, and so are their sums and products below it. */
export const LIMIT: Readonly<Record<FloatType, number>> = { float32: 2 ** 24, float64: 2 ** 53 };

const TYPE_CODE: Partial<Record<ElementType, number>> = {
	float32: 1,
	uint8: 2,
	int8: 3,
	uint16: 4,
	int32: 6,
	int64: 7,
	float64: 11,
};

/** onnxruntime's own operators. */
export const MICROSOFT = "com.microsoft";

export const int = (value: number): AttributeValue => ({ type: "int", value: BigInt(value) });
export const ints = (value: readonly number[]): AttributeValue => ({
	type: "ints",
	value: value.map(BigInt),
});
export const tensor = (value: Tensor): AttributeValue => ({ type: "tensor", value });

/**
 * Collects the nodes of one ONNX function. Values are names; the type of each is remembered, so
 * that a cast to the type that a value already has costs no node.
 */
export class Body {
	nodes: Node[] = [];
	/** The type that the function's result takes, where it is not the carrier of its width. */
	readonly resultType: FloatType | undefined;
	/** The unsigned type that it takes instead, where its plan gives one. */
	readonly resultNarrow: NarrowType | undefined;
	readonly #types = new Map<string, ElementType>();
	readonly #casts = new Map<string, string>();

	constructor(resultType?: FloatType | NarrowType) {
		this.resultType = isNarrow(resultType) ? undefined : resultType;
		this.resultNarrow = isNarrow(resultType) ? resultType : undefined;
	}

	/** Declares a value that comes from outside. */
	declare(name: string, type: ElementType): string {
		this.#types.set(name, type);
		return name;
	}

	type(name: string): ElementType {
		const type = this.#types.get(name);
		if (type === undefined) throw new Error(`no value ${name} in this function body`);
		return type;
	}

	/** Adds a node of one output; the output has the type of the first input unless `type` is given. */
	op(
		opType: string,
		inputs: readonly string[],
		attributes: Readonly<Record<string, AttributeValue>> = {},
		type: ElementType = this.type(inputs[0]),
		domain = "",
	): string {
		const output = `${opType.toLowerCase()}_${this.nodes.length}`;
		this.nodes.push({
			name: output,
			opType,
			domain,
			inputs,
			outputs: [output],
			attributes: new Map(Object.entries(attributes)),
		});
		this.#types.set(output, type);
		return output;
	}

	cast(value: string, type: ElementType): string {
		if (this.type(value) === type) return value;
		const key = `${value}>${type}`;
		let result = this.#casts.get(key);
		if (result === undefined) {
			result = this.op("Cast", [value], { to: int(TYPE_CODE[type] ?? 0) }, type);
			this.#casts.set(key, result);
		}
		return result;
	}

	/** Gives `value` the name of a function's output. */
	name(value: string, output: string): void {
		const computed = this.nodes.some((node) => node.outputs.includes(value));
		const from = computed ? value : this.op("Identity", [value]);
		const rename = (name: string): string => (name === from ? output : name);
		this.nodes = this.nodes.map((node) => ({
			...node,
			inputs: node.inputs.map(rename),
			outputs: node.outputs.map(rename),
		}));
	}

	/** A constant of reals; a single value without `dims` is a scalar. */
	reals(type: FloatType, values: readonly number[], dims: readonly number[] = []): string {
		const data: TensorData = type === "float32" ? Float32Array.from(values) : Float64Array.from(values);
		for (let i = 0; i < values.length; i++) {
			if (data[i] !== values[i]) throw new Error(`the constant ${values[i]} is not exact in ${type}`);
		}
		return this.#constant({ type, dims, data });
	}

	/** A constant of integers of 8, 16 or 32 bits; a single value without `dims` is a scalar. */
	integers(
		type: "uint8" | "int8" | "uint16" | "int32",
		values: readonly number[],
		dims: readonly number[] = [],
	): string {
		const data = {
			uint8: Uint8Array,
			int8: Int8Array,
			uint16: Uint16Array,
			int32: Int32Array,
		}[type].from(values);
		for (let i = 0; i < values.length; i++) {
			if (data[i] !== values[i]) throw new Error(`the constant ${values[i]} is no ${type}`);
		}
		return this.#constant({ type, dims, data });
	}

	/** A list of int64, as shapes, axes and pads are. */
	list(values: readonly number[]): string {
		const data = BigInt64Array.from(values.map(BigInt));
		return this.#constant({ type: "int64", dims: [values.length], data });
	}

	#constant(value: Tensor): string {
		const output = `constant_${this.nodes.length}`;
		this.nodes.push({
			name: output,
			opType: "Constant",
			domain: "",
			inputs: [],
			outputs: [output],
			attributes: new Map([["value", tensor(value)]]),
		});
		this.#types.set(output, value.type);
		return output;
	}
}
