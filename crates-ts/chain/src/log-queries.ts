import type { Hex } from "@umpire/commitment/constants.ts";
import { type Abi, type AbiEvent, type Address, type Log, toEventSelector } from "viem";
import type { Connection } from "./connection.ts";
import { ChainError } from "./errors.ts";
import { isSilence, ownError } from "./revert.ts";

/** Blocks of one query, to begin with: a node that takes fewer says so. */
const MOST_BLOCKS = 2_000n;

type Where = { readonly blockHash: Hex } | { readonly fromBlock: bigint; readonly toBlock: bigint };

/** A contract whose events are read. */
export interface Source {
	readonly address: Address;
	readonly abi: Abi;
}

/** Asks for the logs of contracts, in pieces as large as the node takes. */
export class LogQueries {
	readonly #connection: Connection;
	readonly #addresses: readonly Address[];
	readonly #events: readonly AbiEvent[];
	#most = MOST_BLOCKS;

	constructor(connection: Connection, sources: readonly Source[]) {
		this.#connection = connection;
		this.#addresses = sources.map(({ address }) => address);
		const events = sources.flatMap(({ abi }) => abi).filter((entry) => entry.type === "event");
		this.#events = [...new Map(events.map((event) => [toEventSelector(event), event])).values()];
	}

	/**
	 * Logs from block `from` on, up to `last` or to where the node's patience ends.
	 *
	 * @returns the logs and the last block that they cover
	 * @throws what the node says, if it does not answer or refuses even a single block
	 */
	async range(from: bigint, last: bigint): Promise<{ logs: Log[]; end: bigint }> {
		for (;;) {
			const end = from + this.#most - 1n < last ? from + this.#most - 1n : last;
			try {
				const logs = await this.#ask({ fromBlock: from, toBlock: end }, this.#addresses);
				// Slowly back to what was too much a while ago: busy stretches of a chain end.
				if (this.#most < MOST_BLOCKS) this.#most += this.#most / 4n + 1n;
				return { logs, end };
			} catch (error) {
				if (!isRefusal(error)) throw error;
				if (end === from)
					return { logs: await this.#single({ fromBlock: from, toBlock: from }, from, error), end };
				this.#most = (end - from + 1n) / 2n;
			}
		}
	}

	/** The logs of one block, by its hash. */
	async block(blockHash: Hex, number: bigint): Promise<Log[]> {
		try {
			return await this.#ask({ blockHash }, this.#addresses);
		} catch (error) {
			if (!isRefusal(error)) throw error;
			return this.#single({ blockHash }, number, error);
		}
	}

	/** One block whose logs are too many for one answer: one contract after the other. */
	async #single(where: Where, number: bigint, refusal: unknown): Promise<Log[]> {
		let logs: Log[] = [];
		for (const address of this.#addresses) {
			const found = await this.#ask(where, [address]).catch(() => {
				const why = refusal instanceof Error ? refusal.message.split("\n", 1)[0] : String(refusal);
				throw new ChainError(`the node refuses the logs of block ${number} (${why})`, {
					advice: "use another with --rpc",
					retryable: true,
				});
			});
			logs = logs.concat(found);
		}
		return logs.sort(byPlace);
	}

	async #ask(where: Where, addresses: readonly Address[]): Promise<Log[]> {
		const filter = { address: [...addresses], events: this.#events, ...where };
		return checked(await this.#connection.reader.getLogs(filter), where, addresses);
	}
}

/** @throws ChainError if a node gives what it was not asked for, or something twice; puts the rest in order */
function checked(logs: readonly Log[], where: Where, addresses: readonly Address[]): Log[] {
	const known = new Set(addresses.map((address) => address.toLowerCase()));
	const places = new Set<string>();
	for (const { address, blockHash, blockNumber, logIndex, removed } of logs) {
		const asked =
			"blockHash" in where
				? blockHash === where.blockHash
				: blockNumber !== null && blockNumber >= where.fromBlock && blockNumber <= where.toBlock;
		if (!asked || !known.has(address.toLowerCase())) {
			throw wrong(`the node gives events of block ${blockNumber} unasked`);
		}
		if (removed === true) throw wrong(`the node gives events of a block that is not there any more`);
		const place = `${blockNumber} ${logIndex}`;
		if (places.has(place)) throw wrong(`the node gives an event of block ${blockNumber} twice`);
		places.add(place);
	}
	return logs.toSorted(byPlace);
}

/** Whether a node answered that it will not: what it gives wrongly, or does not give at all, is no refusal. */
const isRefusal = (error: unknown): boolean => !isSilence(error) && ownError(error) === undefined;

const wrong = (what: string): ChainError => new ChainError(what, { retryable: true });

function byPlace(a: Log, b: Log): number {
	const [one, other] = [a.blockNumber ?? 0n, b.blockNumber ?? 0n];
	if (one !== other) return one < other ? -1 : 1;
	return (a.logIndex ?? 0) - (b.logIndex ?? 0);
}
