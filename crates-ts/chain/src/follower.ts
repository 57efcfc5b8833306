import type { Hex } from "@umpire/commitment/constants.ts";
import type { Log } from "viem";
import type { Connection } from "./connection.ts";
import { type Head, headOf } from "./endpoints.ts";
import { LogQueries, type Source } from "./log-queries.ts";

/**
 * The newest blocks are followed one by one, each by the hash that its successor names: a node that
 * does not have exactly that block fails instead of answering "no events". Reorganisations within
 * this many blocks cost nothing more; after a longer one everything is read again.
 */
const FOLLOWED = 64;

/** What replaces everything from a block on. */
export interface Batch {
	/** What was known of this block and those after it is not true any more. */
	readonly from: bigint;
	/** In the order of the chain. */
	readonly logs: readonly Log[];
	/** The newest blocks that are known with this batch, oldest first; the last one is the head. */
	readonly blocks: readonly Head[];
}

/** Reads the logs of contracts along a chain whose newest blocks may be replaced. */
export class Follower {
	readonly #connection: Connection;
	readonly #logs: LogQueries;
	readonly #first: bigint;
	#blocks: readonly Head[];

	/**
	 * @param first the block from which on there are events
	 * @param blocks where an earlier one was: those of its last batch
	 */
	constructor(
		connection: Connection,
		sources: readonly Source[],
		first: bigint,
		blocks: readonly Head[] = [],
	) {
		this.#connection = connection;
		this.#logs = new LogQueries(connection, sources);
		this.#first = first;
		this.#blocks = blocks;
	}

	get head(): Head | undefined {
		return this.#blocks.at(-1);
	}

	/** From the first block on again. */
	forget(): void {
		this.#blocks = [];
	}

	/**
	 * Goes on to the newest block; gives nothing if it is the head. A batch counts once the next one is asked for: if
	 * whoever takes it fails, it is read again. The newest blocks are read before any of them is given.
	 *
	 * @throws what nodes say, or ChainError
	 */
	async *advance(): AsyncGenerator<Batch, void> {
		const head = await this.#connection.head();
		if (head.hash === this.head?.hash) return;
		const path = await this.#pathTo(head);
		const parent = this.#blocks.findIndex(({ hash }) => hash === path[0].parentHash);
		let kept = this.#blocks.slice(0, parent + 1);
		// Without a followed block below the path, what lies below it is read (again) by numbers.
		let from = parent >= 0 ? path[0].number : await this.#resumption(path[0]);
		while (from < path[0].number) {
			const { logs, end } = await this.#logs.range(from, path[0].number - 1n);
			const isLast = end === path[0].number - 1n;
			kept = [isLast ? await this.#headOf(path[0].parentHash) : await this.#headAt(end)];
			yield { from, logs, blocks: kept };
			this.#blocks = kept;
			from = end + 1n;
		}
		const newest: Log[] = [];
		for (const { hash, number } of path) {
			if (number < this.#first) continue;
			for (const log of await this.#logs.block(hash, number)) newest.push(log);
		}
		const blocks = [...kept, ...path].slice(-FOLLOWED);
		yield { from, logs: newest, blocks };
		this.#blocks = blocks;
	}

	async #headAt(blockNumber: bigint): Promise<Head> {
		return headOf(await this.#connection.reader.getBlock({ blockNumber }));
	}

	async #headOf(blockHash: Hex): Promise<Head> {
		return headOf(await this.#connection.reader.getBlock({ blockHash }));
	}

	/** The blocks from the newest followed one (exclusive) to the head; the newest 64 if there is none. */
	async #pathTo(head: Head): Promise<Head[]> {
		const path = [head];
		while (path.length < FOLLOWED) {
			const { parentHash, number } = path[0];
			if (number <= this.#first || number === 0n) break;
			if (this.#blocks.some(({ hash }) => hash === parentHash)) break;
			path.unshift(await this.#headOf(parentHash));
		}
		return path;
	}

	/** From where on to read by numbers: after the followed blocks if they are still part of the chain. */
	async #resumption(lowest: Head): Promise<bigint> {
		const { head } = this;
		if (head === undefined || head.number >= lowest.number) return this.#first;
		const there = await this.#headAt(head.number);
		return there.hash === head.hash ? head.number + 1n : this.#first;
	}
}
