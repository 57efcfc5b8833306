import type { Decomposition } from "../decomposition.ts";
import { type Recurrence, unroll } from "./recurrent.ts";

const RNN: Recurrence = {
	gates: 1,
	defaults: ["Tanh"],
	states: 1,
	cell: (_node, { algebra, product, biases, r, activations: [f], clip }) => ({
		projected: biases ? algebra.add(product, algebra.add(...biases)) : product,
		step: (x, [h]) => [f(clip(h ? algebra.add(x, algebra.matmul(h, r)) : x))],
	}),
};

/** ONNX RNN: H' = f(X·Wᵀ + H·Rᵀ + Wb + Rb). */
export const decomposeRnn: Decomposition = (node, context) => unroll(node, context, RNN);
