import type { Hex } from "@umpire/commitment/constants.ts";

/** A move that was signed: all its attempts have one nonce, so that at most one of them takes effect. */
export interface Outgoing {
	readonly move: string;
	readonly nonce: number;
	/** Signed transactions, the newest (with the highest fee) last. */
	readonly attempts: readonly Hex[];
}

/** What one account has sent on one deployment. */
export interface Outbox {
	/** The newest entry of a move. */
	find(move: string): Outgoing | undefined;
	at(nonce: number): Outgoing | undefined;
	/** Called before a transaction leaves this process. */
	remember(outgoing: Outgoing): Promise<void>;
}

/** An outbox on entries by nonce; `save` is called after each change. */
export function outboxOn(known: Map<number, Outgoing>, save: () => Promise<void>): Outbox {
	return {
		find: (move) => [...known.values()].filter((entry) => entry.move === move).at(-1),
		at: (nonce) => known.get(nonce),
		async remember(outgoing) {
			known.delete(outgoing.nonce);
			known.set(outgoing.nonce, outgoing);
			await save();
		},
	};
}
