import { balanceOf, type Connection } from "@umpire/chain/connection.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { formatEther } from "viem";
import type { Actor } from "./actor.ts";
import type { World } from "./world.ts";

/** Gas of all moves of one side in a long dispute. */
export const GAS_AHEAD = 3_000_000n;
/** Milliseconds between two looks at the balance, and between two warnings. */
const LOOK = 60_000;
const WARN = 600_000;

/** What an account needs for its next bond and the moves of one dispute; gas at twice its present price. */
export async function neededFor(connection: Connection, bond: bigint): Promise<bigint> {
	const price = await connection.reader.getGasPrice().catch((error: unknown) => {
		throw explainReading(error, "the price of gas");
	});
	return bond + GAS_AHEAD * price * 2n;
}

async function moneyOf(world: World, bond: bigint): Promise<{ balance: bigint; needed: bigint }> {
	const balance = await balanceOf(world.signer);
	return { balance, needed: await neededFor(world.contracts.connection, bond) };
}

/** The same actor, which says before it acts that its account is too low, and again every ten minutes. */
export function withPurse(actor: Actor, world: World, bond: bigint, warn: (line: string) => void): Actor {
	let lookedAt = Number.NEGATIVE_INFINITY;
	let warnedAt = Number.NEGATIVE_INFINITY;
	return {
		name: actor.name,
		async tick() {
			const now = performance.now();
			if (now - lookedAt >= LOOK) {
				lookedAt = now;
				// Whatever a node says of money, moves that are due come first.
				const found = await moneyOf(world, bond).catch(() => undefined);
				if (found !== undefined && found.balance < found.needed && now - warnedAt >= WARN) {
					warnedAt = now;
					warn(
						`${world.signer.account.address} holds ${formatEther(found.balance)} ETH; the next bond and the moves of a dispute need ${formatEther(found.needed)} ETH: fund it.`,
					);
				}
			}
			return actor.tick();
		},
	};
}
