import { type OnnxOperator, operator } from "../operator.ts";
import { decomposeGru } from "./gru.ts";
import { decomposeLstm } from "./lstm.ts";
import { decomposeRnn } from "./rnn.ts";

/** Recurrent operators, unrolled. */
export const RECURRENT: readonly OnnxOperator[] = [
	operator({
		name: "GRU",
		since: 1,
		decompose: decomposeGru,
		summary: "unrolled, with all its activations, directions and linear_before_reset",
	}),
	operator({
		name: "LSTM",
		since: 1,
		decompose: decomposeLstm,
		summary: "unrolled, with all its activations, directions, peepholes and input_forget",
	}),
	operator({
		name: "RNN",
		since: 1,
		decompose: decomposeRnn,
		summary: "unrolled: H' = f(X·Wᵀ + H·Rᵀ + Wb + Rb)",
	}),
];
