import type { Connection } from "@umpire/chain/connection.ts";
import { type Outbox, type Outgoing, outboxOn } from "@umpire/chain/outbox.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { type Home, hasAll, readJson, writeJson } from "@umpire/store/home.ts";

/** Moves on their way (64), and those that a reorganisation may undo. */
const KEPT = 256;

/**
 * The moves that one account has sent on one deployment, signed, written to disk before they leave.
 * Whoever was stopped between sending a move and seeing it mined sends the same transaction again
 * after the restart, with the same nonce: at most one takes effect.
 *
 * @param deployment the address of the contract that the account talks to
 * @throws UmpireError if the journal is damaged
 */
export async function openJournal(
	home: Home,
	connection: Connection,
	deployment: Hex,
	account: Hex,
): Promise<Outbox> {
	const file = home.path("journals", `${connection.chain.id}-${deployment}`, `${account}.json`);
	const stored = await readJson<readonly Outgoing[]>(
		file,
		(value) => Array.isArray(value) && value.every(isOutgoing),
	);
	const known = new Map((stored ?? []).map((entry) => [entry.nonce, entry]));
	return outboxOn(known, async () => {
		for (const nonce of [...known.keys()].slice(0, -KEPT)) known.delete(nonce);
		await writeJson(file, [...known.values()]);
	});
}

const isOutgoing = (value: unknown) =>
	hasAll(value, {
		move: (move) => typeof move === "string",
		nonce: (nonce) => Number.isSafeInteger(nonce) && (nonce as number) >= 0,
		attempts: (attempts) =>
			Array.isArray(attempts) && attempts.every((signed) => /^0x([0-9a-f]{2})+$/.test(String(signed))),
	});
