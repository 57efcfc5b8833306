import { callOf } from "@umpire/chain/action-call.ts";
import type { GameState, Holder } from "@umpire/game/state.ts";
import { formatEther } from "viem";
import { act, type World } from "./world.ts";

/** Whether two addresses are the same, whatever their case. */
export function sameAccount(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase();
}

/** Withdraws what the contracts owe to the account; says how much. */
export async function withdrawOwed(
	world: World,
	state: GameState,
	say: (line: string) => void,
): Promise<boolean> {
	let acted = false;
	for (const from of ["market", "court"] as const) {
		if (await withdrawFrom(world, state, from, say)) acted = true;
	}
	return acted;
}

async function withdrawFrom(
	world: World,
	state: GameState,
	from: Holder,
	say: (line: string) => void,
): Promise<boolean> {
	const { contracts, feed, signer } = world;
	const owed = state.ledgers[from].owed.get(signer.account.address) ?? 0n;
	if (owed === 0n) return false;
	// Named by how often it was credited: each credit is withdrawn once.
	const credits = feed.events.filter(
		({ name, args, address }) =>
			name === "Credited" &&
			sameAccount(address, contracts[from].address) &&
			sameAccount(args.account, signer.account.address),
	).length;
	const sent = await act(world, `withdraw:${from}:${credits}`, callOf(contracts, { type: "withdraw", from }));
	if (sent !== undefined) say(`Withdrew ${formatEther(owed)} ETH.`);
	return sent !== undefined;
}
