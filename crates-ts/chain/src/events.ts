import type { Hex } from "@umpire/commitment/constants.ts";
import { type Abi, type Log, parseEventLogs } from "viem";
import type { Contracts } from "./contracts.ts";
import { explain } from "./revert.ts";

/** The contracts' events (contracts/interfaces), by name, with their arguments. */
export interface Events {
	Registered: { program: Hex; number: bigint };
	Requested: {
		request: bigint;
		program: Hex;
		requester: Hex;
		inputsRoot: Hex;
		fee: bigint;
		deadline: bigint;
		consumer: Hex;
	};
	Claimed: {
		claim: bigint;
		request: bigint;
		submitter: Hex;
		traceRoot: Hex;
		outputRoot: Hex;
		words: readonly bigint[];
	};
	TraceBound: { claim: bigint; traceRoot: Hex };
	Finalised: { claim: bigint; request: bigint; submitter: Hex; paid: bigint };
	Rejected: { claim: bigint; dispute: bigint; winner: Hex };
	Refunded: { request: bigint; requester: Hex; amount: bigint };
	Delivered: { request: bigint; claim: bigint; consumer: Hex; success: boolean };
	Credited: { account: Hex; amount: bigint };
	Withdrawn: { account: Hex; amount: bigint };
	Burned: { amount: bigint };
	Challenged: { dispute: bigint; claim: bigint; challenger: Hex };
	Descended: {
		dispute: bigint;
		tree: number;
		step: bigint;
		operator: bigint;
		start: bigint;
		level: bigint;
		node: Hex;
	};
	NodeOpened: { node: Hex; tree: number; childLevel: bigint; children: readonly Hex[] };
	LeafPublished: { node: Hex; width: number; count: bigint; words: readonly bigint[] };
	Named: { dispute: bigint; element: bigint; parts: bigint };
	PartialsPublished: { dispute: bigint; partials: readonly bigint[] };
	Settled: {
		dispute: bigint;
		claim: bigint;
		challenger: Hex;
		step: bigint;
		operator: bigint;
		element: bigint;
		part: bigint;
		claimed: bigint;
		computed: bigint;
	};
	TimedOut: { dispute: bigint; claim: bigint; loser: number };
	Reclaimed: { dispute: bigint; claim: bigint; challenger: Hex };
	InputDemanded: {
		demand: bigint;
		claim: bigint;
		demander: Hex;
		inputsRoot: Hex;
		input: bigint;
		chunk: bigint;
	};
	InputAnswered: {
		demand: bigint;
		inputsRoot: Hex;
		input: bigint;
		chunk: bigint;
		words: readonly (readonly bigint[])[];
	};
	AnswerPaid: { demand: bigint; claim: bigint; paid: bigint };
	Withheld: { demand: bigint; claim: bigint; demander: Hex };
	DemandReclaimed: { demand: bigint; claim: bigint; demander: Hex };
}

/** One event and where it stands on the chain. */
export type ChainEvent = {
	[Name in keyof Events]: {
		readonly name: Name;
		readonly args: Events[Name];
		readonly transaction: Hex;
		readonly block: bigint;
	};
}[keyof Events];

/** Nodes limit the range of one query; this many blocks are taken everywhere. */
const BLOCKS_PER_QUERY = 2_000n;
/** Looked at again each time, so that a short reorganisation loses nothing. */
const OVERLAP = 12n;

/** All events of a deployment so far; `poll` adds the new ones and gives them. */
export interface EventFeed {
	readonly events: readonly ChainEvent[];
	poll(): Promise<ChainEvent[]>;
}

/** Reads a deployment's events from its first block on. */
export function eventFeed(on: Contracts): EventFeed {
	const { reader } = on.connection;
	const abi: Abi = [...on.registry.abi, ...on.umpire.abi, ...on.inputs.abi];
	const address = [on.registry.address, on.umpire.address, on.inputs.address];
	const events: ChainEvent[] = [];
	const seen = new Set<string>();
	let next = on.deployment.block;
	return {
		events,
		async poll() {
			const fresh: ChainEvent[] = [];
			try {
				const latest = await reader.getBlockNumber();
				while (next <= latest) {
					const end = next + BLOCKS_PER_QUERY - 1n < latest ? next + BLOCKS_PER_QUERY - 1n : latest;
					const start = next - OVERLAP > on.deployment.block ? next - OVERLAP : on.deployment.block;
					const logs = await reader.getLogs({ address, fromBlock: start, toBlock: end });
					for (const log of logs) {
						const key = `${log.blockHash}:${log.logIndex}`;
						if (seen.has(key)) continue;
						seen.add(key);
						fresh.push(...eventsOf(abi, [log]));
					}
					next = end + 1n;
				}
			} catch (error) {
				throw explain(error, "reading events");
			}
			events.push(...fresh);
			return fresh;
		},
	};
}

/** The events among logs, as in a receipt. */
export function eventsOf(abi: Abi, logs: readonly Log[]): ChainEvent[] {
	return parseEventLogs({ abi, logs: [...logs] }).map(
		(log) =>
			({
				name: log.eventName,
				args: log.args,
				transaction: log.transactionHash,
				block: log.blockNumber,
			}) as unknown as ChainEvent,
	);
}
