import type { Decomposition } from "../decomposition.ts";
import { decomposeGru } from "./gru.ts";
import { decomposeLstm } from "./lstm.ts";
import { decomposeRnn } from "./rnn.ts";

/** Recurrent operators, unrolled. */
export const RECURRENT: readonly (readonly [string, Decomposition])[] = [
	["GRU", decomposeGru],
	["LSTM", decomposeLstm],
	["RNN", decomposeRnn],
];
