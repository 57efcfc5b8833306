import type { Connection } from "./connection.ts";
import { ChainError } from "./errors.ts";
import { explain } from "./revert.ts";

/** The time, in seconds, that the next block will show (on chains without a pending block: the latest one's). */
export async function chainTime(connection: Connection): Promise<bigint> {
	const { reader } = connection;
	const latest = await reader.getBlock({ blockTag: "latest" }).catch((error: unknown) => {
		throw explain(error, "reading the latest block");
	});
	const pending = await reader.getBlock({ blockTag: "pending" }).catch(() => latest);
	if (pending.timestamp > latest.timestamp) return pending.timestamp;
	return latest.timestamp;
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
		throw new ChainError("The clock of this chain cannot be moved: only development chains allow it.", {
			cause,
		});
	}
}
