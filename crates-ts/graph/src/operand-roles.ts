import type { Node } from "@umpire/onnx/model.ts";
import { qualifiedName } from "./uses.ts";

export type OperandRole =
	/**
	 * Says what an operator does (axes, sizes, positions, how often) rather than what it does it to. A
	 * program has it as part of its structure.
	 */
	| "structure"
	/** A scale or a zero point, which belongs to the structure where it is an input itself. */
	| "grids";

/** The operands of a role, counted from 0, by operator (`domain.name` outside ONNX's own domain). */
const ROLES: Readonly<Record<string, { readonly [role in OperandRole]?: readonly number[] }>> = {
	AffineGrid: { structure: [1] },
	BlackmanWindow: { structure: [0] },
	CenterCropPad: { structure: [1] },
	Col2Im: { structure: [1, 2] },
	Compress: { structure: [1] },
	ConstantOfShape: { structure: [0] },
	CumProd: { structure: [1] },
	CumSum: { structure: [1] },
	DFT: { structure: [1, 2] },
	DequantizeLinear: { grids: [1, 2] },
	Dropout: { structure: [1, 2] },
	Expand: { structure: [1] },
	HammingWindow: { structure: [0] },
	HannWindow: { structure: [0] },
	Loop: { structure: [0, 1] },
	MaxUnpool: { structure: [2] },
	MelWeightMatrix: { structure: [0, 1, 2, 3, 4] },
	NonMaxSuppression: { structure: [2, 3, 4] },
	OneHot: { structure: [1] },
	Pad: { structure: [1, 2, 3] },
	QLinearConv: { grids: [1, 2, 4, 5, 6, 7] },
	QLinearMatMul: { grids: [1, 2, 4, 5, 6, 7] },
	QuantizeLinear: { grids: [1, 2] },
	Range: { structure: [0, 1, 2] },
	ReduceL1: { structure: [1] },
	ReduceL2: { structure: [1] },
	ReduceLogSum: { structure: [1] },
	ReduceLogSumExp: { structure: [1] },
	ReduceMax: { structure: [1] },
	ReduceMean: { structure: [1] },
	ReduceMin: { structure: [1] },
	ReduceProd: { structure: [1] },
	ReduceSum: { structure: [1] },
	ReduceSumSquare: { structure: [1] },
	Reshape: { structure: [1] },
	Resize: { structure: [1, 2, 3] },
	STFT: { structure: [1, 3] },
	SequenceAt: { structure: [1] },
	SequenceErase: { structure: [1] },
	SequenceInsert: { structure: [2] },
	Slice: { structure: [1, 2, 3, 4] },
	Split: { structure: [1] },
	SplitToSequence: { structure: [1] },
	Squeeze: { structure: [1] },
	Tile: { structure: [1, 2] },
	TopK: { structure: [1] },
	Trilu: { structure: [1] },
	Unsqueeze: { structure: [1] },
	Upsample: { structure: [1] },
	"com.microsoft.ConvTransposeWithDynamicPads": { structure: [2] },
	"com.microsoft.ExpandDims": { structure: [1] },
	"com.microsoft.GroupQueryAttention": { structure: [6] },
	"com.microsoft.Pad": { structure: [1, 2] },
};

/** The names of a node's operands that have the role, "" for one that is left out. */
export function operandsOf(node: Node, role: OperandRole): string[] {
	const name = qualifiedName(node);
	const positions = Object.hasOwn(ROLES, name) ? (ROLES[name][role] ?? []) : [];
	return positions.map((k) => node.inputs[k] ?? "");
}

/** The operators with operands of a role, by their qualified names. */
export const OPERATORS_WITH_ROLES: readonly string[] = Object.keys(ROLES);
