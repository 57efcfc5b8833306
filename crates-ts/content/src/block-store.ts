import type { CID } from "multiformats/cid";

/** Bytes of the largest block: what IPFS exchanges at most. Content is cut into blocks of 1 MiB. */
export const MOST_BLOCK = 2 * 1024 * 1024;

/**
 * Where blocks are kept by their content identifiers. A store is not trusted: whoever reads hashes again (pool.ts).
 * A block is small, so that content of any size streams, and an upload that was interrupted goes on where it was.
 */
export interface BlockStore {
	/** For messages: where this is, without secrets. */
	readonly place: string;
	/** Whether anything can be put there. */
	readonly writable: boolean;
	/** Whether the store says that it has a block. Throws an UmpireError if it cannot be asked. */
	has(cid: CID): Promise<boolean>;
	/**
	 * The bytes that the store has for a block, unchecked and at most MOST_BLOCK of them, or null if it does not have it.
	 *
	 * @throws UmpireError if it cannot be read
	 */
	get(cid: CID): Promise<Uint8Array | null>;
	/**
	 * Keeps a block: once this has returned, `get` gives it, whatever happens in between.
	 *
	 * @throws UmpireError if it cannot be kept; nothing that was kept before is lost
	 */
	put(cid: CID, bytes: Uint8Array): Promise<void>;
	/** Keeps all that a root leads to from being cleared away, in stores that clear away what is not pinned. */
	pin?(root: CID): Promise<void>;
}
