import type { Decomposition } from "../decomposition.ts";
import {
	decomposeFused,
	decomposeFusedMatMul,
	decomposeMicrosoftAttention,
	decomposeMultiHeadAttention,
	decomposeQAttention,
} from "../microsoft/fused.ts";
import { decomposeAttention, decomposeTensorScatter } from "./attention.ts";
import { decomposeGroupQueryAttention } from "./grouped-query.ts";
import {
	decomposeCausalConvWithState,
	decomposeLinearAttention,
	decomposeSwiGlu,
} from "./linear-attention.ts";
import { decomposeMicrosoftRotaryEmbedding, decomposeRotaryEmbedding } from "./rotary-embedding.ts";

/** Attention and what comes with it. */
export const ATTENTION: ReadonlyMap<string, Decomposition> = new Map<string, Decomposition>([
	["Attention", decomposeAttention],
	["CausalConvWithState", decomposeCausalConvWithState],
	["LinearAttention", decomposeLinearAttention],
	["RotaryEmbedding", decomposeRotaryEmbedding],
	["SwiGLU", decomposeSwiGlu],
	["TensorScatter", decomposeTensorScatter],
	["com.microsoft.Attention", decomposeMicrosoftAttention],
	["com.microsoft.GroupQueryAttention", decomposeGroupQueryAttention],
	["com.microsoft.FusedConv", decomposeFused],
	["com.microsoft.FusedGemm", decomposeFused],
	["com.microsoft.FusedMatMul", decomposeFusedMatMul],
	["com.microsoft.MultiHeadAttention", decomposeMultiHeadAttention],
	["com.microsoft.QAttention", decomposeQAttention],
	["com.microsoft.RotaryEmbedding", decomposeMicrosoftRotaryEmbedding],
]);
