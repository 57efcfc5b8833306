/** A thread that hashes packed leaves; started by poseidon-threads.ts with the module. */
import { parentPort, workerData } from "node:worker_threads";
import { Poseidon } from "./poseidon.ts";
import type { PoseidonModule } from "./poseidon-code.ts";

const poseidon = new Poseidon(workerData as PoseidonModule);
parentPort?.on("message", (packed: Uint8Array) => {
	const digests = poseidon.hashLeaves(packed);
	parentPort?.postMessage(digests, [digests.buffer as ArrayBuffer]);
});
