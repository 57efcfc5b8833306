/**
 * Element types of ONNX tensors that Umpire reads (TensorProto.DataType). "undefined" appears
 * only in a ValueInfo: the file does not state a tensor type there.
 */
export type ElementType =
	| "undefined"
	| "float32"
	| "float64"
	| "float16"
	| "bfloat16"
	| "int8"
	| "uint8"
	| "int16"
	| "uint16"
	| "int32"
	| "uint32"
	| "int64"
	| "uint64"
	| "bool"
	| "string";

export type TensorData =
	| Float32Array
	| Float64Array
	| Int8Array
	| Uint8Array
	| Int16Array
	| Uint16Array
	| Int32Array
	| Uint32Array
	| BigInt64Array
	| BigUint64Array
	| string[];

/** A dense tensor in row-major order. float16 and bfloat16 are held as Uint16Array bit patterns, bool as Uint8Array of 0 and 1. */
export interface Tensor {
	readonly type: ElementType;
	readonly dims: readonly number[];
	readonly data: TensorData;
}

export type AttributeValue =
	| { readonly type: "float"; readonly value: number }
	| { readonly type: "int"; readonly value: bigint }
	| { readonly type: "string"; readonly value: string }
	| { readonly type: "tensor"; readonly value: Tensor }
	| { readonly type: "graph"; readonly value: Graph }
	| { readonly type: "floats"; readonly value: readonly number[] }
	| { readonly type: "ints"; readonly value: readonly bigint[] }
	| { readonly type: "strings"; readonly value: readonly string[] }
	| { readonly type: "tensors"; readonly value: readonly Tensor[] }
	| { readonly type: "graphs"; readonly value: readonly Graph[] }
	/** In the body of a function only: stands for the function's own attribute `value`, of type `of`. */
	| {
			readonly type: "reference";
			readonly value: string;
			readonly of: "float" | "int" | "string" | "tensor" | "graph" | "floats" | "ints" | "strings";
	  };

export interface Node {
	readonly name: string;
	readonly opType: string;
	/** "" is the standard domain ai.onnx. */
	readonly domain: string;
	/** "" marks an omitted optional input. */
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	readonly attributes: ReadonlyMap<string, AttributeValue>;
}

/** A graph input, output or annotated value; a dimension is a size, a symbol, or null if unknown. */
export interface ValueInfo {
	readonly name: string;
	readonly type: ElementType;
	readonly dims: readonly (number | string | null)[] | null;
}

export interface Graph {
	readonly name: string;
	/** Without those that are initializers too (IR < 4 lists them twice). */
	readonly inputs: readonly ValueInfo[];
	readonly outputs: readonly ValueInfo[];
	readonly valueInfo: readonly ValueInfo[];
	readonly initializers: ReadonlyMap<string, Tensor>;
	readonly nodes: readonly Node[];
}

/** A model-local function (ONNX IR 8). */
export interface FunctionDefinition {
	readonly name: string;
	readonly domain: string;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	readonly nodes: readonly Node[];
	readonly opsets: ReadonlyMap<string, number>;
	readonly doc: string;
	/** Names of the attributes that a call may set (none if absent). */
	readonly attributes?: readonly string[];
}

export interface Model {
	readonly irVersion: number;
	readonly producer: string;
	readonly graph: Graph;
	/** Opset version by domain. */
	readonly opsets: ReadonlyMap<string, number>;
	readonly functions: readonly FunctionDefinition[];
	readonly metadata: ReadonlyMap<string, string>;
}
