import type { Range } from "@umpire/graph/ranges.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Affine } from "./affine.ts";
import type { RealFunction } from "./functions.ts";

/**
 * One ONNX node with those that follow it and are computed by the same operator:
 * y = clip(scale[c]·node(x) + shift[c], low, high) per output channel c.
 */
export interface FusedOp {
	/** The node itself first, then the absorbed ones. */
	readonly nodes: readonly Node[];
	/** The ONNX value that the fused operator computes: the last node's first output. */
	readonly output: string;
	/** Present if the node is a product with channels (Conv, Gemm, MatMul, …). */
	readonly affine?: Affine;
	/** Present if what follows a product of two values multiplies it by this, which is positive. */
	readonly factor?: number;
	/** UNBOUNDED without an absorbed Relu or Clip. */
	readonly clip: Range;
	/** Present if the nodes together are a function of one value, element by element; functions of one key are equal. */
	readonly table?: { readonly input: string; readonly f: RealFunction; readonly key: string };
}
