import type { Decomposition } from "./context.ts";
import { decomposeLogSoftmax, decomposeSoftmax } from "./softmax.ts";

/** ONNX operators that become other ONNX operators; of other domains as "domain.Name". A new one is a line here. */
export const DECOMPOSITIONS: ReadonlyMap<string, Decomposition> = new Map<string, Decomposition>([
	["LogSoftmax", decomposeLogSoftmax],
	["Softmax", decomposeSoftmax],
]);
