import { ALGEBRA } from "./algebra.ts";
import { ATTENTION } from "./attention/attention-registry.ts";
import type { Decomposition } from "./decomposition.ts";
import { AI_ONNX_ML } from "./ml/registry.ts";
import { REARRANGEMENTS } from "./rearrangements.ts";
import { RECURRENT } from "./recurrent/registry.ts";

/** ONNX operators that become other ONNX operators; of other domains as "domain.Name". A new one is a line here. */
export const DECOMPOSITIONS: ReadonlyMap<string, Decomposition> = new Map<string, Decomposition>([
	...ALGEBRA,
	...ATTENTION,
	...REARRANGEMENTS,
	...AI_ONNX_ML,
	...RECURRENT,
]);
