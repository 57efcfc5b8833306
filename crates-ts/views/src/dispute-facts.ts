import type { ChainEvent } from "@umpire/chain/events.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Parameters } from "@umpire/game/state.ts";
import type { Descriptor, Program } from "@umpire/operators/program.ts";
import type { TraceTensors } from "./element-reads.ts";

/** A transaction that a dispute consists of. */
export interface TransactionFacts {
	readonly from: Hex;
	readonly gas: number;
	/** Wei for a unit of gas. */
	readonly price: bigint;
	readonly block: number;
	/** Seconds since 1970. */
	readonly time: number;
}

/** All that a view of a dispute is made from: what the chain says, and what is known here of the computation. */
export interface DisputeFacts {
	readonly dispute: number;
	/** The deployment's events up to `block`, oldest first. */
	readonly events: readonly ChainEvent[];
	/** Of every event of the dispute. */
	readonly transactions: ReadonlyMap<Hex, TransactionFacts>;
	readonly chainId: number;
	readonly court: Hex;
	readonly parameters: Parameters;
	readonly block: number;
	/** The chain's time. */
	readonly time: number;
	readonly reserves: { readonly submitter: number; readonly challenger: number };
	/** Of an open dispute. */
	readonly turn: { readonly side: "submitter" | "challenger"; readonly until: number } | null;
	/** The program, where it is here. */
	readonly program?: { readonly program: Program; readonly descriptors: readonly Descriptor[] } | undefined;
	/** What running the program here gives, where its inputs are here, too. */
	readonly own?: TraceTensors | undefined;
	/** The trace that the claim commits to, where it is known: its root was compared. */
	readonly claimed?: TraceTensors | undefined;
	/** The requester's fee, in wei. */
	readonly fee: bigint;
}
