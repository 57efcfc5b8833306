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
import type { Head } from "./endpoints.ts";
import { Follower } from "./follower.ts";
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
	readonly #follower: Follower;

	constructor(on: Contracts) {
		this.#on = on;
		const { connection, deployment, registry, market, court } = on;
		this.#follower = new Follower(connection, [registry, market, court], deployment.block);
	}

	get head(): Head | undefined {
		return this.#follower.head;
	}

	reread(): void {
		this.#follower.forget();
		this.#takeBack(0n);
	}

	async poll(): Promise<ChainEvent[]> {
		const fresh: ChainEvent[] = [];
		try {
			for await (const { from, logs } of this.#follower.advance()) {
				const events = this.#eventsOf(logs);
				this.#takeBack(from);
				append(this.events, events);
				append(fresh, events);
			}
			return fresh;
		} catch (error) {
			throw explainReading(error, "events");
		}
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
