import { ADAM } from "./adam.ts";
import { MOMENTUM } from "./momentum.ts";
import type { Optimiser } from "./optimiser.ts";
import { SGD } from "./sgd.ts";

export const OPTIMISERS = { sgd: SGD, momentum: MOMENTUM, adam: ADAM } satisfies Readonly<
	Record<string, Optimiser>
>;

export type OptimiserName = keyof typeof OPTIMISERS;
