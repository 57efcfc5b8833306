import type { Decomposition } from "./context.ts";
import { decomposeEinsum } from "./einsum.ts";
import { decomposeGelu, decomposeQuickGelu } from "./gelu.ts";
import { decomposeHardmax } from "./hardmax.ts";
import {
	decomposeEmbedLayerNormalization,
	decomposeLayerNormalization,
	decomposeRmsNormalization,
	decomposeSkipLayerNormalization,
	decomposeSkipSimplifiedLayerNormalization,
} from "./layer-normalization.ts";
import { decomposeNegativeLogLikelihoodLoss, decomposeSoftmaxCrossEntropyLoss } from "./losses.ts";
import { decomposeGlobalLpPool, decomposeLpPool } from "./lp-pool.ts";
import { decomposeLrn } from "./lrn.ts";
import {
	decomposeBatchNormalization,
	decomposeGroupNormalization,
	decomposeInstanceNormalization,
	decomposeLpNormalization,
	decomposeMeanVarianceNormalization,
} from "./normalization.ts";
import {
	decomposeReduceL1,
	decomposeReduceL2,
	decomposeReduceLogSum,
	decomposeReduceLogSumExp,
	decomposeReduceProd,
	decomposeReduceSumSquare,
} from "./reductions.ts";
import { decomposeLogSoftmax, decomposeSoftmax } from "./softmax.ts";

/** Softmax, normalisations, reductions and other operators that are a few lines of algebra. */
export const ALGEBRA: ReadonlyMap<string, Decomposition> = new Map<string, Decomposition>([
	["BatchNormalization", decomposeBatchNormalization],
	["Einsum", decomposeEinsum],
	["GlobalLpPool", decomposeGlobalLpPool],
	["GroupNormalization", decomposeGroupNormalization],
	["Hardmax", decomposeHardmax],
	["InstanceNormalization", decomposeInstanceNormalization],
	["LRN", decomposeLrn],
	["LayerNormalization", decomposeLayerNormalization],
	["LogSoftmax", decomposeLogSoftmax],
	["LpNormalization", decomposeLpNormalization],
	["LpPool", decomposeLpPool],
	["MeanVarianceNormalization", decomposeMeanVarianceNormalization],
	["NegativeLogLikelihoodLoss", decomposeNegativeLogLikelihoodLoss],
	["RMSNormalization", decomposeRmsNormalization],
	["ReduceL1", decomposeReduceL1],
	["ReduceL2", decomposeReduceL2],
	["ReduceLogSum", decomposeReduceLogSum],
	["ReduceLogSumExp", decomposeReduceLogSumExp],
	["ReduceProd", decomposeReduceProd],
	["ReduceSumSquare", decomposeReduceSumSquare],
	["SimplifiedLayerNormalization", decomposeRmsNormalization],
	["Softmax", decomposeSoftmax],
	["SoftmaxCrossEntropyLoss", decomposeSoftmaxCrossEntropyLoss],
	["com.microsoft.BiasGelu", decomposeGelu("none")],
	["com.microsoft.EmbedLayerNormalization", decomposeEmbedLayerNormalization],
	["com.microsoft.FastGelu", decomposeGelu("tanh")],
	["com.microsoft.Gelu", decomposeGelu("none")],
	["com.microsoft.QuickGelu", decomposeQuickGelu],
	["com.microsoft.SimplifiedLayerNormalization", decomposeRmsNormalization],
	["com.microsoft.SkipLayerNormalization", decomposeSkipLayerNormalization],
	["com.microsoft.SkipSimplifiedLayerNormalization", decomposeSkipSimplifiedLayerNormalization],
]);
