import { courtAbi } from "@umpire/abi/court.ts";
import { marketAbi } from "@umpire/abi/market.ts";
import { registryAbi } from "@umpire/abi/registry.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import {
	type Abi,
	type ContractEventArgsFromTopics,
	type ContractEventName,
	type Log,
	parseEventLogs,
} from "viem";
import type { Contracts } from "./contracts.ts";
import { type Head, headOf } from "./endpoints.ts";
import { LogQueries } from "./log-queries.ts";
import { explainReading } from "./revert.ts";

const CONTRACTS = [...registryAbi, ...marketAbi, ...courtAbi] as const;
type Contracted = typeof CONTRACTS;

/** The contracts' events (contracts/interfaces), by name, with their arguments. */
export type Events = {
	readonly [Name in ContractEventName<Contracted>]: ContractEventArgsFromTopics<Contracted, Name>;
};

/** One event and where it stands on the chain. */
export type ChainEvent = {
	[Name in keyof Events]: {
		readonly name: Name;
		readonly args: Events[Name];
		/** The contract that tells it. */
		readonly address: Hex;
		readonly transaction: Hex;
		readonly block: bigint;
		readonly blockHash: Hex;
	};
}[keyof Events];

/**
 * The newest blocks are followed one by one, each by the hash that its successor names: a node that
 * does not have exactly that block fails instead of answering "no events". Reorganisations within
 * this many blocks cost nothing more; after a longer one everything is read again.
 */
const FOLLOWED = 64;

/** All events of a deployment up to one block; `poll` adds the new ones and gives them. */
export interface EventFeed {
	readonly events: readonly ChainEvent[];
	/** The block up to which events have been read; state is to be read as of this block. */
	readonly head: Head | undefined;
	/** Grows when events are taken back: the chain was reorganised, or they are read again. */
	readonly revision: number;
	/** @throws ChainError (to be tried again) if the events could not all be read */
	poll(): Promise<ChainEvent[]>;
	/** Forgets everything: the next poll reads from the deployment's block on. */
	reread(): void;
}

/** Reads a deployment's events from its first block on. */
export function eventFeed(on: Contracts): EventFeed {
	return new Feed(on);
}

class Feed implements EventFeed {
	readonly events: ChainEvent[] = [];
	revision = 0;
	readonly #on: Contracts;
	readonly #logs: LogQueries;
	/** The blocks up to `head` that are followed, oldest first, without gaps. */
	#blocks: Head[] = [];

	constructor(on: Contracts) {
		this.#on = on;
		this.#logs = new LogQueries(on);
	}

	get head(): Head | undefined {
		return this.#blocks.at(-1);
	}

	reread(): void {
		this.#blocks = [];
		this.#takeBack(0n);
	}

	async poll(): Promise<ChainEvent[]> {
		try {
			const head = await this.#on.connection.head();
			if (head.hash === this.head?.hash) return [];
			return await this.#advance(head);
		} catch (error) {
			throw explainReading(error, "events");
		}
	}

	/** Nothing is changed before everything has been read, but for ranges of old blocks: those are kept one by one. */
	async #advance(head: Head): Promise<ChainEvent[]> {
		const first = this.#on.deployment.block;
		const path = await this.#pathTo(head);
		const parent = this.#blocks.findIndex(({ hash }) => hash === path[0].parentHash);
		let kept = this.#blocks.slice(0, parent + 1);
		// Without a followed block below the path, what lies below it is read (again) by numbers.
		let from = parent >= 0 ? path[0].number : await this.#resumption(path[0]);
		const fresh: ChainEvent[] = [];
		while (from < path[0].number) {
			const { logs, end } = await this.#logs.range(from, path[0].number - 1n);
			const events = this.#eventsOf(logs);
			if (end < path[0].number - 1n) kept = [await this.#headAt(end)];
			this.#takeBack(from);
			append(this.events, events);
			this.#blocks = kept;
			append(fresh, events);
			from = end + 1n;
		}
		const newest: ChainEvent[] = [];
		for (const { hash, number } of path) {
			if (number >= first) append(newest, this.#eventsOf(await this.#logs.block(hash, number)));
		}
		this.#takeBack(from);
		append(this.events, newest);
		this.#blocks = [...kept, ...path].slice(-FOLLOWED);
		return [...fresh, ...newest];
	}

	async #headAt(blockNumber: bigint): Promise<Head> {
		return headOf(await this.#on.connection.reader.getBlock({ blockNumber }));
	}

	/** The blocks from the newest followed one (exclusive) to the head; the newest 64 if there is none. */
	async #pathTo(head: Head): Promise<Head[]> {
		const path = [head];
		while (path.length < FOLLOWED) {
			const { parentHash, number } = path[0];
			if (number <= this.#on.deployment.block || number === 0n) break;
			if (this.#blocks.some(({ hash }) => hash === parentHash)) break;
			const block = await this.#on.connection.reader.getBlock({ blockHash: parentHash });
			path.unshift(headOf(block));
		}
		return path;
	}

	/** From where on to read by numbers: after the followed blocks if they are still part of the chain. */
	async #resumption(lowest: Head): Promise<bigint> {
		const { head } = this;
		const { block } = this.#on.deployment;
		if (head === undefined || head.number >= lowest.number) return block;
		const there = await this.#headAt(head.number);
		return there.hash === head.hash ? head.number + 1n : block;
	}

	#takeBack(from: bigint): void {
		const before = this.events.length;
		const left = this.events.filter(({ block }) => block < from);
		if (left.length === before) return;
		this.events.length = 0;
		append(this.events, left);
		this.revision++;
	}

	#eventsOf(logs: readonly Log[]): ChainEvent[] {
		const market = this.#on.market.address.toLowerCase();
		return eventsOf(CONTRACTS, logs).filter(({ args }) => {
			// A court judges the claims of other markets, too.
			return !("market" in args) || args.market.toLowerCase() === market;
		});
	}
}

/** One by one: more than some 100,000 are too many for the arguments of one `push`. */
function append<T>(list: T[], more: readonly T[]): void {
	for (const one of more) list.push(one);
}

/** The events among logs, as in a receipt. */
export function eventsOf(abi: Abi, logs: readonly Log[]): ChainEvent[] {
	return parseEventLogs({ abi, logs: [...logs] }).map(
		(log) =>
			({
				name: log.eventName,
				args: log.args,
				address: log.address,
				transaction: log.transactionHash,
				block: log.blockNumber,
				blockHash: log.blockHash,
			}) as unknown as ChainEvent,
	);
}
