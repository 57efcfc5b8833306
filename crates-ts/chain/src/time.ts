import type { Connection } from "./connection.ts";
import type { Head } from "./endpoints.ts";
import { ChainError } from "./errors.ts";
import { explainReading } from "./revert.ts";

/**
 * The time, in seconds, that the block after `head` (by default after the newest block) will show, as
 * far as it is known: on chains without a pending block it is the head's own.
 */
export async function chainTime(connection: Connection, head?: Head): Promise<bigint> {
	const { reader } = connection;
	const latest =
		head ??
		(await connection.head().catch((error: unknown) => {
			throw explainReading(error, "the latest block");
		}));
	const pending = await reader.getBlock({ blockTag: "pending" }).catch(() => undefined);
	const follows = pending?.parentHash === latest.hash && pending.timestamp > latest.timestamp;
	return follows ? pending.timestamp : latest.timestamp;
}

/**
 * Makes an empty block on a development chain, which makes none by itself.
 *
 * @throws ChainError if the chain does not do that
 */
export async function mineBlock(connection: Connection): Promise<void> {
	const request = connection.reader.request as (args: {
		method: string;
		params: unknown[];
	}) => Promise<unknown>;
	try {
		await request({ method: "evm_mine", params: [] });
	} catch (cause) {
		throw new ChainError("This chain makes no block", { advice: "only development chains do.", cause });
	}
}

/**
 * Moves a development chain's clock on.
 *
 * @throws ChainError if the chain's clock cannot be moved
 */
export async function travel(connection: Connection, seconds: bigint): Promise<void> {
	if (seconds <= 0n) return;
	const request = connection.reader.request as (args: {
		method: string;
		params: unknown[];
	}) => Promise<unknown>;
	try {
		await request({ method: "evm_increaseTime", params: [`0x${seconds.toString(16)}`] });
		await request({ method: "evm_mine", params: [] });
	} catch (cause) {
		throw new ChainError("The clock of this chain cannot be moved", {
			advice: "only development chains allow it.",
			cause,
		});
	}
}
