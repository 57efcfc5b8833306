import { decomposeGelu, decomposeQuickGelu } from "../arithmetic/gelu.ts";
import { decomposeGroupQueryAttention } from "../attention/grouped-query.ts";
import { decomposeMicrosoftRotaryEmbedding } from "../attention/rotary-embedding.ts";
import {
	decomposeEmbedLayerNormalization,
	decomposeRmsNormalization,
	decomposeSkipLayerNormalization,
	decomposeSkipSimplifiedLayerNormalization,
} from "../normalisation/layer-normalization.ts";
import { type OnnxOperator, operator } from "../operator.ts";
import {
	decomposeDynamicQuantizeLstm,
	decomposeDynamicQuantizeMatMul,
	decomposeGatherBlockQuantized,
	decomposeMatMulIntegerToFloat,
	decomposeMatMulNBits,
} from "../quantised/block-quantised.ts";
import { decomposeQGemm, decomposeQLinear } from "../quantised/integer-products.ts";
import { decomposeDequantizeLinear, decomposeQuantizeLinear } from "../quantised/linear.ts";
import {
	decomposeMicrosoftAttention,
	decomposeMultiHeadAttention,
	decomposeQAttention,
} from "./attention.ts";
import { decomposeFused, decomposeFusedMatMul } from "./fused.ts";
import {
	decomposeCDist,
	decomposeConvTransposeWithPads,
	decomposeExpandDims,
	decomposeMicrosoftGridSample,
	decomposeNhwcMaxPool,
	renamed,
} from "./moves.ts";

const COM_MICROSOFT = "com.microsoft";

/** ONNX's operator of that name between quantised tensors. */
const qlinear = (name: string): OnnxOperator =>
	operator({
		name: `QLinear${name}`,
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeQLinear,
		summary: `ONNX's ${name} of integers, each with a scale and a zero point`,
	});

/** onnxruntime's own domain, com.microsoft. */
export const MICROSOFT: readonly OnnxOperator[] = [
	operator({
		name: "Attention",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeMicrosoftAttention,
		summary: "queries, keys and values are one product of the input",
	}),
	operator({
		name: "BiasGelu",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeGelu("none"),
		summary: "ONNX's Gelu of x + bias",
	}),
	operator({
		name: "CDist",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeCDist,
		summary: "the distances of all rows of A from all rows of B",
	}),
	operator({
		name: "ConvTransposeWithDynamicPads",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeConvTransposeWithPads,
		summary: "with constant pads",
	}),
	operator({
		name: "DequantizeLinear",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeDequantizeLinear,
		summary: "ONNX's, for more types",
	}),
	operator({
		name: "DynamicQuantizeLSTM",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeDynamicQuantizeLstm,
		summary: "an LSTM by the weights [directions, inputs, 4·hidden] that the integers stand for",
	}),
	operator({
		name: "DynamicQuantizeMatMul",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeDynamicQuantizeMatMul,
		summary: "A on a grid of 8 bits of its own, times integers",
	}),
	operator({
		name: "EmbedLayerNormalization",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeEmbedLayerNormalization,
		summary: "the sum of word, position and segment embeddings, normalised; how many words a mask leaves",
	}),
	operator({
		name: "ExpandDims",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeExpandDims,
		summary: "one axis of size 1 more",
	}),
	operator({
		name: "FastGelu",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeGelu("tanh"),
		summary: "ONNX's Gelu with tanh, of x + bias if there is one",
	}),
	operator({
		name: "FusedConv",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeFused,
		summary: "conv(x, w, b) + z, then an activation",
	}),
	operator({
		name: "FusedGemm",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeFused,
		summary: "Gemm, then an activation",
	}),
	operator({
		name: "FusedMatMul",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeFusedMatMul,
		summary: "alpha·A'·B', each transposed in its last axes, or with its first axis behind them, on demand",
	}),
	operator({
		name: "GatherBlockQuantized",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeGatherBlockQuantized,
		summary: "rows of a table of few bits, with a scale per block of its last axis",
	}),
	operator({
		name: "Gelu",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeGelu("none"),
		summary: "ONNX's Gelu",
	}),
	operator({
		name: "GridSample",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeMicrosoftGridSample,
		summary: "whose modes have ONNX's older names",
	}),
	operator({
		name: "GroupQueryAttention",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeGroupQueryAttention,
		summary:
			"causal, with rotated queries and keys, behind a cache whose first seqlens_k + 1 − sequence places count",
	}),
	operator({
		name: "MatMulIntegerToFloat",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeMatMulIntegerToFloat,
		summary: "the product of what the integers stand for, plus a bias",
	}),
	operator({
		name: "MatMulNBits",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeMatMulNBits,
		summary: "A·Bᵀ (+ bias) by weights of few bits, with a scale per block of a row",
	}),
	operator({
		name: "MultiHeadAttention",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeMultiHeadAttention,
		summary: "queries, keys and values apart",
	}),
	operator({
		name: "NhwcMaxPool",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeNhwcMaxPool,
		summary: "MaxPool of images whose channels come last",
	}),
	operator({
		name: "Pad",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: renamed("Pad"),
		summary: "ONNX's Pad",
	}),
	operator({
		name: "QAttention",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeQAttention,
		summary: "Attention of integers, with a scale for them and for the weights",
	}),
	operator({
		name: "QGemm",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeQGemm,
		summary: "alpha·A'·B' + C in integers of their products' scale; float without a scale of the result",
	}),
	qlinear("Add"),
	qlinear("AveragePool"),
	qlinear("Concat"),
	qlinear("GlobalAveragePool"),
	qlinear("LeakyRelu"),
	qlinear("Mul"),
	qlinear("Sigmoid"),
	qlinear("Softmax"),
	qlinear("Where"),
	operator({
		name: "QuantizeLinear",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeQuantizeLinear,
		summary: "ONNX's, for more types",
	}),
	operator({
		name: "QuickGelu",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeQuickGelu,
		summary: "x·sigmoid(alpha·x)",
	}),
	operator({
		name: "RotaryEmbedding",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeMicrosoftRotaryEmbedding,
		summary: "the positions come second, and may be one number from which on they count",
	}),
	operator({
		name: "SimplifiedLayerNormalization",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeRmsNormalization,
		summary: "ONNX's RMSNormalization",
	}),
	operator({
		name: "SkipLayerNormalization",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeSkipLayerNormalization,
		summary: "LayerNormalization of input + skip (+ bias) along the last axis",
	}),
	operator({
		name: "SkipSimplifiedLayerNormalization",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: decomposeSkipSimplifiedLayerNormalization,
		summary: "RMSNormalization of input + skip (+ bias)",
	}),
	operator({
		name: "TransposeMatMul",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: renamed("com.microsoft.FusedMatMul"),
		summary: "FusedMatMul's older name",
	}),
	operator({
		name: "Trilu",
		domain: COM_MICROSOFT,
		since: 1,
		decompose: renamed("Trilu"),
		summary: "ONNX's Trilu",
	}),
];
