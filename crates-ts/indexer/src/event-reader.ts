import type { Connection } from "@umpire/chain/connection.ts";
import { ChainError } from "@umpire/chain/errors.ts";
import type { Batch } from "@umpire/chain/follower.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { getAddress, type Log, parseEventLogs } from "viem";
import type { EventItem, Role } from "./fields.ts";
import type { Folding } from "./folding.ts";
import { READINGS } from "./folds.ts";

/** A contract of the index. */
export interface Indexed {
	readonly role: Role;
	readonly address: Hex;
}

/** An event that was read, with what folding it needs. */
export interface ReadEvent {
	readonly item: EventItem;
	readonly args: unknown;
	readonly receipt: Folding["receipt"];
}

/** Requests to nodes that are under way at once. */
const AT_ONCE = 8;

/**
 * The events of a batch, with their times and, of the court's, who sent them.
 *
 * @throws ChainError (to be tried again) if a node does not have what it has told of: the chain was reorganised
 */
export async function readEvents(
	connection: Connection,
	contracts: readonly Indexed[],
	market: Hex,
	{ logs, blocks }: Batch,
): Promise<ReadEvent[]> {
	const roles = new Map(contracts.map(({ role, address }) => [address.toLowerCase(), role]));
	const parsed = logs.flatMap((log) => {
		const role = roles.get(log.address.toLowerCase());
		return role === undefined ? [] : parsedAs(role, log, market);
	});
	const times = new Map(blocks.map(({ hash, timestamp }) => [hash, Number(timestamp)]));
	const unknown = new Set(parsed.map(({ log }) => log.blockHash!).filter((hash) => !times.has(hash)));
	const { reader } = connection;
	await inGroups([...unknown], async (blockHash) => {
		const { timestamp } = await reader.getBlock({ blockHash });
		times.set(blockHash, Number(timestamp));
	});
	const receipts = new Map<Hex, { sender: string; gas: bigint }>();
	const ofCourt = new Map(
		parsed.filter(({ role }) => role === "court").map(({ log }) => [log.transactionHash!, log]),
	);
	await inGroups([...ofCourt], async ([hash, log]) => {
		const { from, gasUsed, blockHash } = await reader.getTransactionReceipt({ hash });
		if (blockHash !== log.blockHash) {
			throw new ChainError(`the transaction ${hash} is in another block now`, { retryable: true });
		}
		receipts.set(hash, { sender: getAddress(from), gas: gasUsed });
	});
	return parsed.map(({ role, log, name, args }) => {
		const block = Number(log.blockNumber);
		const logIndex = Number(log.logIndex);
		const item: EventItem = {
			id: eventId(block, logIndex, log.blockHash!),
			contract: role,
			address: getAddress(log.address),
			name,
			args: plain(args) as Record<string, unknown>,
			block,
			blockHash: log.blockHash!,
			logIndex,
			transaction: log.transactionHash!,
			time: times.get(log.blockHash!)!,
		};
		return { item, args, receipt: receipts.get(log.transactionHash!) };
	});
}

/** With the beginning of the block's hash: a place alone may have another event after a reorganisation. */
const eventId = (block: number, logIndex: number, blockHash: string): string =>
	`${block}-${logIndex}-${blockHash.slice(2, 18)}`;

/** The block and place that an event's id names, and how the block's hash begins; undefined if it is none. */
export function placeOf(id: string): { block: number; logIndex: number; hash: string } | undefined {
	const [, block, logIndex, hash] = /^(\d{1,9})-(\d{1,9})-([0-9a-f]{16})$/.exec(id) ?? [];
	if (hash === undefined) return undefined;
	return { block: Number(block), logIndex: Number(logIndex), hash: `0x${hash}` };
}

/** A court judges the claims of other markets, too: what it says of those is left out. */
function parsedAs(role: Role, log: Log, market: Hex) {
	return parseEventLogs({ abi: READINGS[role].abi, logs: [log] }).flatMap((one) => {
		const { eventName: name, args } = one as unknown as {
			readonly eventName: string;
			readonly args: Readonly<Record<string, unknown>>;
		};
		const isOfAnother =
			role === "court" &&
			typeof args.market === "string" &&
			args.market.toLowerCase() !== market.toLowerCase();
		return isOfAnother ? [] : [{ role, log, name, args }];
	});
}

/** With texts for whole numbers that JSON does not hold. */
function plain(value: unknown): unknown {
	if (typeof value === "bigint") return String(value);
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

async function inGroups<T>(items: readonly T[], make: (item: T) => Promise<void>): Promise<void> {
	for (let from = 0; from < items.length; from += AT_ONCE) {
		await Promise.all(items.slice(from, from + AT_ONCE).map(make));
	}
}
