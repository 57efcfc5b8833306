import type { Width } from "@umpire/commitment/constants.ts";

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

/** One operator of a program but for its form: its output tensor, its kind, its operands. */
export interface OperatorBase extends TensorSpec {
	readonly kind: Kind;
	readonly operands: readonly TensorRef[];
	/** Present for Dot, Add and Mul only. */
	readonly rescale?: Rescale;
	/** The ONNX node(s) this comes from, e.g. "/conv1/Conv + /relu/Relu". Not committed. */
	readonly node: string;
	/** The ONNX operator type(s), e.g. "Conv+Relu". Not committed. */
	readonly opType: string;
	/**
	 * The ends of its range that calibration set: numbers may lie beyond, and what lies at such an end was clipped. Left out
	 * where nothing does. Not committed.
	 */
	readonly open?: OpenEnds;
}

/** Ends of a range. */
export const OPEN_ENDS = ["low", "high", "both"] as const;
export type OpenEnds = (typeof OPEN_ENDS)[number];

/** An operator of form F. */
export interface OperatorOf<F> extends OperatorBase {
	readonly form: F;
}
