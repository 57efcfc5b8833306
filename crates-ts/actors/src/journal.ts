import type { Connection } from "@umpire/chain/connection.ts";
import { isKnown, receipt, type Sent } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { type Home, readJson, writeJson } from "@umpire/store/home.ts";

/**
 * The moves that one account has sent on one deployment, by name, written to disk before they
 * leave. Whoever was stopped between sending a move and seeing it mined waits for that
 * transaction after the restart and does not send the move again.
 */
export interface Journal {
	/** The transaction of a move sent before, if the node knows it; it is waited for. */
	find(move: string): Promise<Sent | undefined>;
	remember(move: string, hash: Hex): Promise<void>;
}

/** Opens the journal of an account; `deployment` is the address of the contract that it talks to. */
export async function openJournal(
	home: Home,
	connection: Connection,
	deployment: Hex,
	account: Hex,
): Promise<Journal> {
	const file = home.path("journals", `${connection.chain.id}-${deployment}`, `${account}.json`);
	const moves: Record<string, Hex> = (await readJson(file)) ?? {};
	return {
		async find(move) {
			const hash = moves[move];
			if (hash === undefined || !(await isKnown(connection, hash))) return undefined;
			return receipt(connection, move, hash).catch(() => undefined);
		},
		async remember(move, hash) {
			moves[move] = hash;
			await writeJson(file, moves);
		},
	};
}
