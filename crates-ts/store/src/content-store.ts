import type { Hex } from "@umpire/commitment/constants.ts";

/** What is stored: each under the root that commits to it. */
export type ContentKind = "programs" | "inputs" | "traces";

/**
 * Where programs, inputs and traces are kept, by the root that commits to them. A store is
 * not trusted: whoever reads hashes the content again (program-content.ts and its neighbours).
 */
export interface ContentStore {
	/** For messages: where this is. */
	readonly place: string;
	/**
	 * The content, or null if the store does not have it.
	 *
	 * @param most bytes; more are not read (by default all are)
	 * @throws UserError if there are more, or they cannot be read
	 */
	read(kind: ContentKind, root: Hex, most?: number): Promise<Uint8Array | null>;
	/** Keeps content; afterwards `read` gives all of it, whatever happened in between. */
	write(kind: ContentKind, root: Hex, content: Uint8Array): Promise<void>;
	/** The roots that the store has. */
	list(kind: ContentKind): Promise<Hex[]>;
}
