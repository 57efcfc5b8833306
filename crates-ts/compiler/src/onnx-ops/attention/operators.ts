import { type OnnxOperator, operator } from "../operator.ts";
import { decomposeAttention, decomposeTensorScatter } from "./attention.ts";
import {
	decomposeCausalConvWithState,
	decomposeLinearAttention,
	decomposeSwiGlu,
} from "./linear-attention.ts";
import { decomposeRotaryEmbedding } from "./rotary-embedding.ts";

/** Attention and what comes with it. */
export const ATTENTION: readonly OnnxOperator[] = [
	operator({
		name: "Attention",
		since: 23,
		decompose: decomposeAttention,
		summary:
			"scores of queries and keys, a softmax, and the values weighed by it, with masks, caches and groups of heads",
	}),
	operator({
		name: "CausalConvWithState",
		since: 27,
		decompose: decomposeCausalConvWithState,
		summary: "a convolution per channel over what came before and x",
	}),
	operator({
		name: "LinearAttention",
		since: 27,
		decompose: decomposeLinearAttention,
		summary:
			"a state that decays, takes in k⊗v (or what v is beyond its own answer to k), and answers q, one position after the other",
	}),
	operator({
		name: "RotaryEmbedding",
		since: 23,
		decompose: decomposeRotaryEmbedding,
		summary: "pairs of elements turned by angles of their position",
	}),
	operator({ name: "SwiGLU", since: 28, decompose: decomposeSwiGlu, summary: "a·sigmoid(alpha·a)·b" }),
	operator({
		name: "TensorScatter",
		since: 24,
		decompose: decomposeTensorScatter,
		summary: "the update in the cache's places from an index of every batch on, which may wrap around",
	}),
];
