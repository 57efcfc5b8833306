import { loadPoseidon } from "./poseidon.ts";

/**
 * Hashes batches of packed leaves on this thread: what browsers have for poseidon-threads.ts.
 *
 * @param next the next batch, or undefined when there are no more
 */
export async function hashBatches(
	next: () => { readonly packed: Uint8Array; readonly take: (digests: Uint8Array) => void } | undefined,
): Promise<void> {
	const poseidon = await loadPoseidon();
	for (let batch = next(); batch !== undefined; batch = next()) batch.take(poseidon.hashLeaves(batch.packed));
}
