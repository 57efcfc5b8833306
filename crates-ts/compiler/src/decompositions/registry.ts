import { ALGEBRA } from "./algebra.ts";
import type { Decomposition } from "./context.ts";
import { REARRANGEMENTS } from "./rearrangements.ts";
import { decomposeGru } from "./recurrent/gru.ts";
import { decomposeLstm } from "./recurrent/lstm.ts";
import { decomposeRnn } from "./recurrent/rnn.ts";

/** ONNX operators that become other ONNX operators; of other domains as "domain.Name". A new one is a line here. */
export const DECOMPOSITIONS: ReadonlyMap<string, Decomposition> = new Map<string, Decomposition>([
	...ALGEBRA,
	...REARRANGEMENTS,
	["GRU", decomposeGru],
	["LSTM", decomposeLstm],
	["RNN", decomposeRnn],
]);
