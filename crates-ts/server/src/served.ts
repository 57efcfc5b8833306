import type { View } from "@umpire/actors/world.ts";
import type { ChainIndex } from "@umpire/indexer/chain-index.ts";
import type { Coordination } from "./coordination.ts";

/** What the server answers from. */
export interface Served {
	readonly view: View;
	/** Changes if other contracts are deployed: it is to be asked for anew each time. */
	readonly index: () => ChainIndex;
	/** Reads on to the newest block. */
	readonly look: () => Promise<void>;
	/** Why the last look at the chain failed; undefined if it did not. */
	readonly trouble: () => string | undefined;
	/** A development chain: its accounts are nobody's, and the server may sign for them. */
	readonly local: boolean;
	readonly coordination: Coordination | undefined;
	readonly warn: (line: string) => void;
}
