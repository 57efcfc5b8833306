import { lowerBatchNormalization } from "../arithmetic/scale.ts";
import { type OnnxOperator, operator } from "../operator.ts";
import { decomposeHardmax } from "./hardmax.ts";
import { decomposeLayerNormalization, decomposeRmsNormalization } from "./layer-normalization.ts";
import { decomposeNegativeLogLikelihoodLoss, decomposeSoftmaxCrossEntropyLoss } from "./losses.ts";
import { decomposeLrn } from "./lrn.ts";
import {
	decomposeBatchNormalization,
	decomposeGroupNormalization,
	decomposeInstanceNormalization,
	decomposeLpNormalization,
	decomposeMeanVarianceNormalization,
} from "./normalization.ts";
import { decomposeLogSoftmax, decomposeSoftmax } from "./softmax.ts";

/** Normalisations, softmaxes and losses. */
export const NORMALISATION: readonly OnnxOperator[] = [
	operator({
		name: "BatchNormalization",
		since: 1,
		lower: lowerBatchNormalization,
		decompose: decomposeBatchNormalization,
		summary:
			"a factor and a shift per channel, folded into the product before it; with statistics, scale or bias from the inputs, or of the batch itself, rewritten",
	}),
	operator({
		name: "GroupNormalization",
		since: 18,
		decompose: decomposeGroupNormalization,
		summary: "scale and bias per channel (opset 21) or per group (opset 18)",
	}),
	operator({
		name: "Hardmax",
		since: 1,
		decompose: decomposeHardmax,
		summary: "1 at the first largest element along `axis`, 0 elsewhere",
	}),
	operator({
		name: "InstanceNormalization",
		since: 1,
		decompose: decomposeInstanceNormalization,
		summary: "over all spatial axes",
	}),
	operator({
		name: "LRN",
		since: 1,
		decompose: decomposeLrn,
		summary:
			"x·(bias + alpha·m)^−beta, m the mean square over `size` neighbouring channels, 0 beyond the last",
	}),
	operator({
		name: "LayerNormalization",
		since: 17,
		decompose: decomposeLayerNormalization,
		summary: "with Mean and InvStdDev where they are used",
	}),
	operator({
		name: "LogSoftmax",
		since: 1,
		decompose: decomposeLogSoftmax,
		summary: "(x − max) − log Σ exp(x − max)",
	}),
	operator({
		name: "LpNormalization",
		since: 1,
		decompose: decomposeLpNormalization,
		summary: "with p = 1 or 2",
	}),
	operator({
		name: "MeanVarianceNormalization",
		since: 9,
		decompose: decomposeMeanVarianceNormalization,
		summary: "its epsilon is added to the root",
	}),
	operator({
		name: "NegativeLogLikelihoodLoss",
		since: 12,
		decompose: decomposeNegativeLogLikelihoodLoss,
		summary:
			"−weight[label]·x[label] along axis 1, 0 where the label is `ignore_index`; the mean is weighted",
	}),
	operator({
		name: "RMSNormalization",
		since: 23,
		decompose: decomposeRmsNormalization,
		summary: "x / √(mean of squares + epsilon)·scale along the last axes",
	}),
	operator({
		name: "SimplifiedLayerNormalization",
		since: 1,
		decompose: decomposeRmsNormalization,
		summary: "onnxruntime's older name of RMSNormalization",
	}),
	operator({
		name: "Softmax",
		since: 1,
		decompose: decomposeSoftmax,
		summary: "exp(x − max) over its sum; before opset 13 flattened to two dimensions",
	}),
	operator({
		name: "SoftmaxCrossEntropyLoss",
		since: 12,
		decompose: decomposeSoftmaxCrossEntropyLoss,
		summary: "NegativeLogLikelihoodLoss of log softmax along axis 1, its optional second output",
	}),
];
