import type { ChainIndex } from "@umpire/indexer/chain-index.ts";
import type { Database } from "@umpire/indexer/database.ts";
import { Refusal } from "./failures.ts";

/** The block up to which the index knows everything, as answers have it. */
export function headOf({ head, database }: ChainIndex): {
	readonly database: Database;
	readonly head: { readonly number: number; readonly hash: `0x${string}`; readonly time: number };
} {
	if (head === undefined) {
		throw new Refusal(
			503,
			"NOT_READY",
			"The chain has not been read yet.",
			"wait until /ready answers with 200.",
		);
	}
	return {
		database,
		head: { number: Number(head.number), hash: head.hash, time: Number(head.timestamp) },
	};
}
