import {
	decomposeAffine,
	decomposeCrop,
	decomposeImageScaler,
	decomposeScaled,
} from "./arithmetic/experimental.ts";
import {
	decomposeCastLike,
	decomposeClip,
	decomposeMod,
	decomposePow,
	decomposePRelu,
} from "./arithmetic/operands-from-inputs.ts";
import type { Decomposition } from "./decomposition.ts";
import { decomposeAffineGrid, decomposeGridSample } from "./images/grid.ts";
import { decomposeResize } from "./images/resize.ts";
import { decomposeOneHot, decomposeTopK } from "./indexing/one-hot.ts";
import { decomposeScatterElements, decomposeScatterND } from "./indexing/scatter.ts";
import { decomposeBitShift, decomposeBitwise, decomposeBitwiseNot } from "./integers/bits.ts";
import {
	decomposeCDist,
	decomposeConvTransposeWithPads,
	decomposeExpandDims,
	decomposeMicrosoftGridSample,
	decomposeNhwcMaxPool,
	renamed,
} from "./microsoft/moves.ts";
import {
	decomposeCenterCropPad,
	decomposeCol2Im,
	decomposeCompress,
	decomposeNever,
	decomposePresent,
	decomposeReverseSequence,
} from "./movement/select.ts";
import { decomposeTrilu } from "./movement/trilu.ts";
import { decomposeMaxPool, decomposeMaxUnpool } from "./pooling/pool-indices.ts";
import { decomposeBias, decomposeConvTranspose } from "./products/convolution-operands.ts";
import { decomposeDeformConv } from "./products/deform-conv.ts";
import { decomposeDft, decomposeStft } from "./products/fourier.ts";
import {
	decomposeDynamicQuantizeLstm,
	decomposeDynamicQuantizeMatMul,
	decomposeGatherBlockQuantized,
	decomposeMatMulIntegerToFloat,
	decomposeMatMulNBits,
} from "./quantised/block-quantised.ts";
import {
	decomposeConvInteger,
	decomposeMatMulInteger,
	decomposeQGemm,
	decomposeQLinear,
	decomposeQLinearConv,
	decomposeQLinearMatMul,
	QLINEAR,
} from "./quantised/integer-products.ts";
import {
	decomposeDequantizeLinear,
	decomposeDynamicQuantizeLinear,
	decomposeQuantizeLinear,
} from "./quantised/linear.ts";
import { decomposeCumProd, decomposeCumSum } from "./reductions/cumulative.ts";
import { REFUSED, refuse } from "./refused.ts";

/** Movements by constant indices, integers, and quantised operators. */
export const REARRANGEMENTS: readonly (readonly [string, Decomposition])[] = [
	["Affine", decomposeAffine],
	["AffineGrid", decomposeAffineGrid],
	["BitShift", decomposeBitShift],
	["BitwiseAnd", decomposeBitwise],
	["BitwiseNot", decomposeBitwiseNot],
	["BitwiseOr", decomposeBitwise],
	["BitwiseXor", decomposeBitwise],
	["CastLike", decomposeCastLike],
	["CenterCropPad", decomposeCenterCropPad],
	["Clip", decomposeClip],
	["Col2Im", decomposeCol2Im],
	["Compress", decomposeCompress],
	["Conv", decomposeBias],
	["ConvInteger", decomposeConvInteger],
	["ConvTranspose", decomposeConvTranspose],
	["Crop", decomposeCrop],
	["CumProd", decomposeCumProd],
	["CumSum", decomposeCumSum],
	["DFT", decomposeDft],
	["DeformConv", decomposeDeformConv],
	["DequantizeLinear", decomposeDequantizeLinear],
	["DynamicQuantizeLinear", decomposeDynamicQuantizeLinear],
	["GridSample", decomposeGridSample],
	["ImageScaler", decomposeImageScaler],
	["IsInf", decomposeNever],
	["IsNaN", decomposeNever],
	["MatMulInteger", decomposeMatMulInteger],
	["MaxPool", decomposeMaxPool],
	["MaxUnpool", decomposeMaxUnpool],
	["Mod", decomposeMod],
	["OneHot", decomposeOneHot],
	["Optional", renamed("Identity")],
	["OptionalGetElement", renamed("Identity")],
	["OptionalHasElement", decomposePresent],
	["PRelu", decomposePRelu],
	["ParametricSoftplus", decomposeScaled("Softplus")],
	["Pow", decomposePow],
	["QLinearConv", decomposeQLinearConv],
	["QLinearMatMul", decomposeQLinearMatMul],
	["QuantizeLinear", decomposeQuantizeLinear],
	["Resize", decomposeResize],
	["ReverseSequence", decomposeReverseSequence],
	["STFT", decomposeStft],
	["Scale", decomposeAffine],
	["ScaledTanh", decomposeScaled("Tanh")],
	// Scatter and Upsample are old names: bringing the model to opset 20 renames them.
	["Scatter", decomposeScatterElements],
	["ScatterElements", decomposeScatterElements],
	["ScatterND", decomposeScatterND],
	["TopK", decomposeTopK],
	["Trilu", decomposeTrilu],
	["Upsample", decomposeResize],
	["com.microsoft.CDist", decomposeCDist],
	["com.microsoft.ConvTransposeWithDynamicPads", decomposeConvTransposeWithPads],
	["com.microsoft.DequantizeLinear", decomposeDequantizeLinear],
	["com.microsoft.DynamicQuantizeLSTM", decomposeDynamicQuantizeLstm],
	["com.microsoft.DynamicQuantizeMatMul", decomposeDynamicQuantizeMatMul],
	["com.microsoft.ExpandDims", decomposeExpandDims],
	["com.microsoft.GatherBlockQuantized", decomposeGatherBlockQuantized],
	["com.microsoft.GridSample", decomposeMicrosoftGridSample],
	["com.microsoft.MatMulIntegerToFloat", decomposeMatMulIntegerToFloat],
	["com.microsoft.MatMulNBits", decomposeMatMulNBits],
	["com.microsoft.NhwcMaxPool", decomposeNhwcMaxPool],
	["com.microsoft.Pad", renamed("Pad")],
	["com.microsoft.QGemm", decomposeQGemm],
	["com.microsoft.QuantizeLinear", decomposeQuantizeLinear],
	["com.microsoft.TransposeMatMul", renamed("com.microsoft.FusedMatMul")],
	["com.microsoft.Trilu", renamed("Trilu")],
	...REFUSED.map((name): [string, Decomposition] => [name, refuse]),
	...Object.keys(QLINEAR).map((name): [string, Decomposition] => [`com.microsoft.${name}`, decomposeQLinear]),
];
