import { CIRCUITS } from "./circuits.ts";
import { ensureKeys } from "./keys.ts";
import { printProgress } from "./progress.ts";

/** Generates the proving keys of both circuits, or checks those that are there. Run: node crates-ts/prover/src/setup.ts */
const started = Date.now();
for (const circuit of CIRCUITS) await ensureKeys(circuit, printProgress);
process.stderr.write(`The proving keys are ready (${((Date.now() - started) / 1000).toFixed(1)} s).\n`);
