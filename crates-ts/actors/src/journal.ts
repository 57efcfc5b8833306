import type { Connection } from "@umpire/chain/connection.ts";
import { type Outbox, type Outgoing, outboxOn } from "@umpire/chain/outbox.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { type Home, hasAll, readJsonOrSetAside, writeJson } from "@umpire/store/home.ts";
import { sayOnce } from "./say-once.ts";

/** Moves on their way (64), and those that a reorganisation may undo. */
const KEPT = 256;

/**
 * The moves that one account has sent on one deployment, signed, written to disk before they leave.
 * Whoever was stopped between sending a move and seeing it mined sends the same transaction again
 * after the restart, with the same nonce: at most one takes effect.
 *
 * A journal that is damaged is set aside. Moves that are still on their way are then somebody else's for whoever sends
 * (chain/src/flights.ts): it waits for them, and looks at what they did before it makes others.
 *
 * Nor does a journal that cannot be written keep a move back: of a full disk nobody loses a bond.
 *
 * @param deployment the address of the contract that the account talks to
 * @param warn told of a journal that is damaged
 */
export async function openJournal(
	home: Home,
	connection: Connection,
	deployment: Hex,
	account: Hex,
	warn: (line: string) => void,
): Promise<Outbox> {
	const file = home.path("journals", `${connection.chain.id}-${deployment}`, `${account}.json`);
	const stored = await readJsonOrSetAside<readonly Outgoing[]>(
		file,
		(value) => Array.isArray(value) && value.every(isOutgoing),
		"what this account has sent is not known, and waited for where it is still on its way",
		warn,
	);
	const tell = sayOnce(warn);
	const known = new Map((stored ?? []).map((entry) => [entry.nonce, entry]));
	return outboxOn(known, async () => {
		for (const nonce of [...known.keys()].slice(0, -KEPT)) known.delete(nonce);
		await writeJson(file, [...known.values()]).then(
			() => tell(undefined),
			(error: Error) =>
				tell(`${error.message} What is sent is sent all the same, and not known after a restart.`),
		);
	});
}

const isOutgoing = (value: unknown) =>
	hasAll(value, {
		move: (move) => typeof move === "string",
		nonce: (nonce) => Number.isSafeInteger(nonce) && (nonce as number) >= 0,
		attempts: (attempts) =>
			Array.isArray(attempts) && attempts.every((signed) => /^0x([0-9a-f]{2})+$/.test(String(signed))),
	});
