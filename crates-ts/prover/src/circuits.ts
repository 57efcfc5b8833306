import { fileURLToPath } from "node:url";

// Apart, for what runs in browsers.
export { CIRCUITS, type CircuitName } from "./circuit-names.ts";

/** Public signals of each circuit, in the order of its verifier. */
export const PUBLIC_SIGNALS = { dot: 10, elements: 6 } as const;

/** Values of a circuit's input signals by name; nested lists are the signals' dimensions. */
export interface CircuitInput {
	readonly [signal: string]: bigint | readonly bigint[] | readonly (readonly bigint[])[];
}

/** The repository's root: circom sees only what is below its working folder. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const CIRCUITS_FOLDER = `${ROOT}circuits/`;
export const POWERS_OF_TAU = `${CIRCUITS_FOLDER}powers-of-tau-14.ptau`;
export const VERIFIERS_FOLDER = `${ROOT}contracts/verifiers/`;
