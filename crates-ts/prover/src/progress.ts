import type { KeyProgress } from "./keys.ts";

/** Prints one line per step of a key's set-up to stderr. */
export function printProgress({ circuit, step, done, steps }: KeyProgress): void {
	process.stderr.write(`${circuit}: ${step} (${done}/${steps})\n`);
}
