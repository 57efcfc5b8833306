import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { poseidonModule } from "./poseidon.ts";
import type { PoseidonModule } from "./poseidon-code.ts";

/** A thread that hashes one batch at a time. It keeps the process alive only while it does. */
class HashingThread {
	readonly #worker: Worker;

	constructor(module: PoseidonModule) {
		// Compilers leave URLs as they are: the worker ends as this file does, in .ts or .js.
		const file = import.meta.url.replace(/poseidon-threads(?=\.[jt]s$)/, "poseidon-worker");
		this.#worker = new Worker(new URL(file), { workerData: module });
		this.#worker.unref();
		this.#worker.setMaxListeners(0);
	}

	/** Hashes packed leaves; `packed` cannot be used afterwards. */
	hash(packed: Uint8Array): Promise<Uint8Array> {
		const worker = this.#worker;
		return new Promise((resolve, reject) => {
			const done = () => {
				worker.off("message", onMessage);
				worker.off("error", onError);
				worker.unref();
			};
			const onMessage = (digests: Uint8Array) => {
				done();
				resolve(digests);
			};
			const onError = (error: Error) => {
				done();
				reject(error);
			};
			worker.ref();
			worker.on("message", onMessage);
			worker.on("error", onError);
			worker.postMessage(packed, [packed.buffer as ArrayBuffer]);
		});
	}
}

let threads: HashingThread[] | undefined;
let queue: Promise<unknown> = Promise.resolve();

/**
 * Hashes batches of packed leaves on all cores. Calls queue up behind each other.
 *
 * @param next the next batch, or undefined when there are no more
 */
export function hashBatches(
	next: () => { readonly packed: Uint8Array; readonly take: (digests: Uint8Array) => void } | undefined,
): Promise<void> {
	const run = async (): Promise<void> => {
		const module = await poseidonModule();
		threads ??= Array.from({ length: availableParallelism() }, () => new HashingThread(module));
		await Promise.all(
			threads.map(async (thread) => {
				for (let batch = next(); batch !== undefined; batch = next())
					batch.take(await thread.hash(batch.packed));
			}),
		);
	};
	const result = queue.then(run);
	queue = result.catch(() => {});
	return result;
}
