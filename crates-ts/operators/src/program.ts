import type { Hex, Width } from "@umpire/commitment/constants.ts";

/** Numbers of the operator kinds in descriptors (docs/protocol.md section 2). */
export const KIND = {
	Dot: 0,
	Add: 1,
	Mul: 2,
	Div: 3,
	Gather: 4,
	Max: 5,
	ArgMax: 6,
	Select: 7,
	View: 8,
} as const;
export type Kind = keyof typeof KIND;

/** Where an operand comes from. */
export const SOURCE = { constant: 0, input: 1, operator: 2, state: 3 } as const;
export type Source = keyof typeof SOURCE;

/** A tensor that an operator reads. */
export type TensorRef =
	| { readonly source: Exclude<Source, "state">; readonly index: number }
	/** Operator `index` of the previous step; in the first step input `initial`. */
	| { readonly source: "state"; readonly index: number; readonly initial: number };

/**
 * What every tensor of a program declares. Values are integers `low <= v <= high`;
 * the real value is `v * scale`. `shape` is the logical (ONNX) shape; `layout` lists its
 * axes in physical order, outermost first (identity: [0, 1, …]). A scalar has shape [].
 */
export interface TensorSpec {
	readonly shape: readonly number[];
	readonly layout: readonly number[];
	readonly width: Width;
	readonly low: number;
	readonly high: number;
	readonly scale: number;
}

/** Elements of a tensor in logical (row-major) order, as the width's typed array. */
export type Elements = Int8Array | Int16Array | Int32Array;

export interface ConstantTensor extends TensorSpec {
	readonly name: string;
	readonly data: Elements;
}

export interface InputTensor extends TensorSpec {
	readonly name: string;
}

/** One row of rescale parameters: φ(a) uses a + bias, multiplier and shift (protocol section 2). */
export interface Row {
	readonly bias: bigint;
	readonly multiplier: number;
	readonly shift: number;
}

/**
 * Rescale parameters per output position: row index = row-major index over the logical
 * output axes `axes` (all other axes share a row). rows.length = Π shape[axes].
 */
export interface Rescale {
	readonly rows: readonly Row[];
	readonly axes: readonly number[];
}

/**
 * The form says which tensor operation the operator is, in ONNX's own terms; the ONNX
 * function and the access maps are both generated from it, so they cannot drift apart.
 * All shapes are logical; spatial lists have one entry per spatial axis; pads are
 * [begin…, end…] as in ONNX (the end pads only bound the output shape, which the
 * operator's own `shape` fixes).
 */
export type Form =
	/** Dot: x [N, C, …spatial], w [M, C/group, …kernel] → [N, M, …spatial']. */
	| {
			readonly type: "conv";
			readonly strides: readonly number[];
			readonly pads: readonly number[];
			readonly dilations: readonly number[];
			readonly group: number;
	  }
	/** Dot: a […, m, k], b […, k, n] with NumPy broadcasting of the leading axes → […, m, n]. Both ≥ 2-D. */
	| { readonly type: "matmul" }
	/** Dot: sums x over `axes` (kept as size 1); operand 1 is a constant of ones of shape [size of the last reduced axis]. */
	| { readonly type: "sum"; readonly axes: readonly number[] }
	/**
	 * Dot (average: Σ over the window; operand 1 is a constant of ones [kernel's last size]) or
	 * Max: sliding windows over the spatial axes of x [N, C, …spatial]; positions outside x do not count.
	 */
	| {
			readonly type: "pool";
			readonly kernel: readonly number[];
			readonly strides: readonly number[];
			readonly pads: readonly number[];
			readonly dilations: readonly number[];
	  }
	/** Add: Σ coefficients[k]·operand k, NumPy broadcasting. One or two operands. */
	| { readonly type: "linear"; readonly coefficients: readonly number[] }
	/** Mul: operand 0 · operand 1, NumPy broadcasting. */
	| { readonly type: "product" }
	/** Max: over `axes` of operand 0 (kept as size 1). */
	| { readonly type: "reduce"; readonly axes: readonly number[] }
	/** Max: elementwise over all operands, NumPy broadcasting. */
	| { readonly type: "elementwise" }
	/** View: same elements in row-major order, new shape. */
	| { readonly type: "reshape" }
	/** View: output axis i is operand axis permutation[i]. */
	| { readonly type: "transpose"; readonly permutation: readonly number[] }
	/** View: output axis i reads starts[i] + steps[i]·j (steps may be negative, never 0); one entry per axis. */
	| {
			readonly type: "slice";
			readonly starts: readonly number[];
			readonly steps: readonly number[];
	  }
	/** View: constant padding; begins per axis (negative crops), `value` outside. */
	| { readonly type: "pad"; readonly begins: readonly number[]; readonly value: number }
	/** View: all operands in order along `axis`. */
	| { readonly type: "concat"; readonly axis: number }
	/** View: NumPy broadcasting of operand 0 to the output shape. */
	| { readonly type: "expand" }
	/** View: ONNX Tile, output axis i has repeats·size; reads modulo the operand's size. */
	| { readonly type: "tile" }
	/** View: steps[i] − 1 zeros between neighbours along axis i (for ConvTranspose). */
	| { readonly type: "dilate"; readonly steps: readonly number[] }
	/** Gather: y = table[clip(x − base, 0, n − 1)]; operand 1 is a constant [n]. */
	| { readonly type: "lookup"; readonly base: number }
	/** Gather: ONNX Gather; operand 0 is the index (any shape), operand 1 the data; indices are clipped to 0 … size − 1. */
	| { readonly type: "gather"; readonly axis: number }
	/** Gather: ONNX GatherElements; operand 0 is the index, operand 1 the data; indices are clipped to 0 … size − 1. */
	| { readonly type: "gatherElements"; readonly axis: number }
	/** Div: numerator·operand 0 / operand 1, rounded to a whole number and clipped; 0 where operand 1 is 0. NumPy broadcasting. */
	| { readonly type: "quotient"; readonly numerator: number; readonly rounding: Rounding }
	/** Select: operand 1 where operand 0 is not 0, else operand 2. NumPy broadcasting. */
	| { readonly type: "select" }
	/** ArgMax: index of the largest along `axis` (kept as size 1); of several the first, or the last. */
	| { readonly type: "argmax"; readonly axis: number; readonly selectLast: boolean };

/** How a quotient becomes a whole number: nearest (halves up), towards 0, or towards −∞. */
export const ROUNDING = { nearest: 0, zero: 1, floor: 2 } as const;
export type Rounding = keyof typeof ROUNDING;

/** One operator of a program: its output tensor, its kind and form, its operands. */
export interface Operator extends TensorSpec {
	readonly kind: Kind;
	readonly form: Form;
	readonly operands: readonly TensorRef[];
	/** Present for Dot, Add and Mul only. */
	readonly rescale?: Rescale;
	/** The ONNX node(s) this comes from, e.g. "/conv1/Conv + /relu/Relu". Not committed. */
	readonly node: string;
	/** The ONNX operator type(s), e.g. "Conv+Relu". Not committed. */
	readonly opType: string;
}

export interface Program {
	readonly name: string;
	readonly steps: number;
	readonly inputs: readonly InputTensor[];
	readonly constants: readonly ConstantTensor[];
	readonly operators: readonly Operator[];
	/** Which operators are model outputs, in the model's order; outputs[0] is the primary output of claims. */
	readonly outputs: readonly { readonly name: string; readonly operator: number }[];
	/** True: claims state the output alone, and commit to their trace when they are challenged. False by default. */
	readonly lazy?: boolean;
}

/** Coordinate, Operand and Descriptor mirror the Solidity structs (protocol section 2). */
export interface Coordinate {
	readonly base: number;
	readonly coefficients: readonly number[];
	readonly divisor: number;
	readonly modulus: number;
	readonly size: number;
	readonly stride: number;
}

export interface Operand {
	readonly source: number;
	readonly index: number;
	/** Of a state: the input that it is in the first step; otherwise 0. */
	readonly initial: number;
	readonly width: Width;
	readonly elements: number;
	readonly outside: number;
	readonly coordinates: readonly Coordinate[];
}

export interface Descriptor {
	readonly kind: number;
	readonly width: Width;
	readonly elements: number;
	readonly outputRadix: readonly number[];
	readonly reductionRadix: readonly number[];
	readonly operands: readonly Operand[];
	readonly constants: readonly number[];
	readonly low: number;
	readonly high: number;
	readonly rowsRoot: Hex;
	readonly rowCount: number;
	readonly row: Coordinate;
}

/** The struct behind a program root (protocol section 2). */
export interface ProgramHeader {
	readonly operatorsRoot: Hex;
	readonly constantsRoot: Hex;
	readonly operatorCount: number;
	readonly constantCount: number;
	readonly inputCount: number;
	readonly steps: number;
	readonly outputOperator: number;
	readonly outputElements: number;
	readonly outputWidth: Width;
	readonly lazy: boolean;
	/** The hash of the signature (signature.ts): what inputs and outputs mean. */
	readonly signature: Hex;
	/** An element v of the primary output stands for v · outputMantissa · 2^outputExponent. */
	readonly outputMantissa: number;
	readonly outputExponent: number;
}
