import type { Hex } from "@umpire/commitment/constants.ts";

/** What is stored: each under the root that commits to it. */
export type ContentKind = "programs" | "inputs" | "traces";

/** What can be said of stored content without reading it. */
export interface Stamp {
	/** In bytes. */
	readonly size: number;
	/** Another one as soon as the content is replaced. */
	readonly version: string;
}

/**
 * Where programs, inputs and traces are kept, by the root that commits to them. A store is
 * not trusted: whoever reads hashes the content again (program-content.ts and its neighbours).
 */
export interface ContentStore {
	/** For messages: where this is. */
	readonly place: string;
	/** What is there, or null if the store does not have it. Throws a UmpireError if it cannot be looked at. */
	stamp(kind: ContentKind, root: Hex): Promise<Stamp | null>;
	/**
	 * The content, or null if the store does not have it.
	 *
	 * @param size bytes that it must have: what has more or less is not read into memory
	 * @throws UmpireError if it cannot be read, or has another size
	 */
	read(kind: ContentKind, root: Hex, size?: number): Promise<Uint8Array | null>;
	/** Keeps content; afterwards `read` gives all of it, whatever happened in between. */
	write(kind: ContentKind, root: Hex, content: Uint8Array): Promise<void>;
	/** Where the content is, in stores that are folders. */
	pathOf?(kind: ContentKind, root: Hex): string;
	/** In these, keeps content that a function writes to the path it is given, and to that path with ".data" behind it. */
	writeFile?(kind: ContentKind, root: Hex, write: (temporary: string) => Promise<void>): Promise<void>;
	/** The roots that the store has. */
	list(kind: ContentKind): Promise<Hex[]>;
}
