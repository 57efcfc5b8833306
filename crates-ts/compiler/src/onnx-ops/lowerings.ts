import type { Context } from "../lower/context.ts";
import { UNARY } from "../lower/functions.ts";
import type { FusedOp } from "../lower/fused-op.ts";
import { lowerPow, lowerUnary } from "../lower/tables.ts";
import { lowerCast } from "./arithmetic/cast.ts";
import { lowerClip, lowerMax, lowerMaxPool } from "./arithmetic/max.ts";
import { lowerPRelu } from "./arithmetic/prelu.ts";
import { lowerBatchNormalization, lowerDiv, lowerMul } from "./arithmetic/scale.ts";
import { lowerSum } from "./arithmetic/sum.ts";
import { lowerGather, lowerGatherElements } from "./indexing/gather.ts";
import { lowerGatherND } from "./indexing/gather-nd.ts";
import { lowerBitShift, lowerBitwise, lowerBitwiseNot, lowerMod } from "./integers/integer-table.ts";
import { lowerComparison } from "./logic/compare.ts";
import { lowerAnd, lowerNot, lowerOr, lowerXor } from "./logic/logic.ts";
import { lowerWhere } from "./logic/where.ts";
import {
	lowerConcat,
	lowerDepthToSpace,
	lowerExpand,
	lowerReshape,
	lowerSpaceToDepth,
	lowerTranspose,
} from "./movement/move.ts";
import { lowerPad } from "./movement/pad.ts";
import { lowerSlice, lowerSplit } from "./movement/slice.ts";
import { lowerAveragePool, lowerGlobalAveragePool } from "./pooling/average.ts";
import { lowerConv } from "./products/conv.ts";
import { lowerConvTranspose } from "./products/conv-transpose.ts";
import { lowerGemm, lowerMatMul } from "./products/matmul.ts";
import { lowerArgMax } from "./reductions/argmax.ts";
import { lowerGlobalMaxPool, lowerReduceMax, lowerReduceSum } from "./reductions/reduce.ts";

/** Emits the operators that compute one fused operator and binds every output that is used. */
export type Lowering = (fused: FusedOp, context: Context) => void;

const ones = (count: number): number[] => new Array<number>(count).fill(1);

/** Names of the ONNX operators that compile, besides Constant, Dropout and what folds away. */
export function supportedOperators(): string[] {
	return [...LOWERINGS.keys()].sort();
}

/** How each ONNX operator (domain ai.onnx) becomes canonical operators. A new operator is a line here. */
export const LOWERINGS: ReadonlyMap<string, Lowering> = new Map<string, Lowering>([
	...Object.keys(UNARY).map((opType): [string, Lowering] => [opType, lowerUnary]),
	["Add", lowerSum(ones)],
	["And", lowerAnd],
	["ArgMax", lowerArgMax(false)],
	["ArgMin", lowerArgMax(true)],
	["AveragePool", lowerAveragePool],
	["BatchNormalization", lowerBatchNormalization],
	["BitShift", lowerBitShift],
	["BitwiseAnd", lowerBitwise],
	["BitwiseNot", lowerBitwiseNot],
	["BitwiseOr", lowerBitwise],
	["BitwiseXor", lowerBitwise],
	["Cast", lowerCast],
	["Clip", lowerClip],
	["Concat", lowerConcat],
	["Conv", lowerConv],
	["ConvTranspose", lowerConvTranspose],
	["DepthToSpace", lowerDepthToSpace],
	["Div", lowerDiv],
	["Equal", lowerComparison((sign) => sign === 0)],
	["Expand", lowerExpand("expand")],
	["Flatten", lowerReshape],
	["Gather", lowerGather],
	["GatherElements", lowerGatherElements],
	["GatherND", lowerGatherND],
	["Gemm", lowerGemm],
	["GlobalAveragePool", lowerGlobalAveragePool],
	["GlobalMaxPool", lowerGlobalMaxPool],
	["Greater", lowerComparison((sign) => sign > 0)],
	["GreaterOrEqual", lowerComparison((sign) => sign >= 0)],
	["Identity", lowerReshape],
	["Less", lowerComparison((sign) => sign < 0)],
	["LessOrEqual", lowerComparison((sign) => sign <= 0)],
	["MatMul", lowerMatMul],
	["Max", lowerMax(false)],
	["MaxPool", lowerMaxPool],
	["Mean", lowerSum((count) => ones(count).map(() => 1 / count))],
	["Min", lowerMax(true)],
	["Mod", lowerMod],
	["Mul", lowerMul],
	["Neg", lowerSum(() => [-1])],
	["Not", lowerNot],
	["Or", lowerOr],
	["PRelu", lowerPRelu],
	["Pad", lowerPad],
	["Pow", lowerPow],
	["ReduceMax", lowerReduceMax(false)],
	["ReduceMean", lowerReduceSum(true)],
	["ReduceMin", lowerReduceMax(true)],
	["ReduceSum", lowerReduceSum(false)],
	["Relu", lowerClip],
	["Reshape", lowerReshape],
	["Slice", lowerSlice],
	["SpaceToDepth", lowerSpaceToDepth],
	["Split", lowerSplit],
	["Squeeze", lowerReshape],
	["Sub", lowerSum(() => [1, -1])],
	["Sum", lowerSum(ones)],
	["Tile", lowerExpand("tile")],
	["Transpose", lowerTranspose],
	["Unsqueeze", lowerReshape],
	["Where", lowerWhere],
	["Xor", lowerXor],
]);
