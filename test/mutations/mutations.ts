import { CIRCUIT_MUTATIONS } from "./circuit-mutations.ts";
import { CONTRACT_MUTATIONS } from "./contract-mutations.ts";
import type { Mutation } from "./mutation.ts";

/** All faults that `just mutations` tries. */
export const MUTATIONS: readonly Mutation[] = [...CONTRACT_MUTATIONS, ...CIRCUIT_MUTATIONS];
