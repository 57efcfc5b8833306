import { decomposeAttention, decomposeTensorScatter } from "./attention.ts";
import type { Decomposition } from "./context.ts";
import { decomposeMicrosoftRotaryEmbedding, decomposeRotaryEmbedding } from "./rotary-embedding.ts";

/** Attention and what comes with it. */
export const ATTENTION: ReadonlyMap<string, Decomposition> = new Map<string, Decomposition>([
	["Attention", decomposeAttention],
	["RotaryEmbedding", decomposeRotaryEmbedding],
	["TensorScatter", decomposeTensorScatter],
	["com.microsoft.RotaryEmbedding", decomposeMicrosoftRotaryEmbedding],
]);
