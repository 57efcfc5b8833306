import { decomposeGelu, decomposeQuickGelu } from "./arithmetic/gelu.ts";
import type { Decomposition } from "./decomposition.ts";
import { decomposeHardmax } from "./normalisation/hardmax.ts";
import {
	decomposeEmbedLayerNormalization,
	decomposeLayerNormalization,
	decomposeRmsNormalization,
	decomposeSkipLayerNormalization,
	decomposeSkipSimplifiedLayerNormalization,
} from "./normalisation/layer-normalization.ts";
import {
	decomposeNegativeLogLikelihoodLoss,
	decomposeSoftmaxCrossEntropyLoss,
} from "./normalisation/losses.ts";
import { decomposeLrn } from "./normalisation/lrn.ts";
import {
	decomposeBatchNormalization,
	decomposeGroupNormalization,
	decomposeInstanceNormalization,
	decomposeLpNormalization,
	decomposeMeanVarianceNormalization,
} from "./normalisation/normalization.ts";
import { decomposeLogSoftmax, decomposeSoftmax } from "./normalisation/softmax.ts";
import { decomposeGlobalLpPool, decomposeLpPool } from "./pooling/lp-pool.ts";
import { decomposeEinsum } from "./products/einsum.ts";
import {
	decomposeReduceL1,
	decomposeReduceL2,
	decomposeReduceLogSum,
	decomposeReduceLogSumExp,
	decomposeReduceProd,
	decomposeReduceSumSquare,
} from "./reductions/norms.ts";

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
