import { callOf } from "@umpire/chain/action-call.ts";
import type { GameState } from "@umpire/game/state.ts";
import { formatEther } from "viem";
import { act, type World } from "./world.ts";

/** Whether two addresses are the same, whatever their case. */
export function sameAccount(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase();
}

/** Withdraws what the contract owes to the account; says how much. */
export async function withdrawOwed(
	world: World,
	state: GameState,
	say: (line: string) => void,
): Promise<boolean> {
	const owed = state.owed.get(world.signer.account.address) ?? 0n;
	if (owed === 0n) return false;
	const credits = world.feed.events.filter(
		({ name, args }) => name === "Credited" && sameAccount(args.account, world.signer.account.address),
	).length;
	const sent = await act(world, `withdraw:${credits}`, callOf(world.contracts, { type: "withdraw" }));
	if (sent !== undefined) say(`Withdrew ${formatEther(owed)} ETH.`);
	return sent !== undefined;
}
