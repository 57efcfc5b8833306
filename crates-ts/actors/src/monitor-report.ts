import type { Hex } from "@umpire/commitment/constants.ts";
import type { Agreement } from "./own-execution.ts";

export interface MonitoredClaim {
	readonly claim: number;
	readonly request: number;
	readonly program: number;
	readonly submitter: Hex;
	readonly status: string;
	readonly openDisputes: number;
	/** Until it cannot be challenged any more; null if it is decided, or demands for its inputs are open. */
	readonly secondsLeft: number | null;
	/** Whether running the program here gives the claimed output. */
	readonly execution: Agreement;
	/** Whether it is to be run here; claims of programs that were not asked for are nobody's concern. */
	readonly watched: boolean;
}

export interface MonitoredDispute {
	readonly dispute: number;
	readonly claim: number;
	readonly challenger: Hex;
	readonly submitter: Hex;
	readonly phase: string;
	/** Who is to move; null if the dispute or its claim is decided. */
	readonly turn: "submitter" | "challenger" | null;
	/** Of the side to move; negative if it can be timed out. */
	readonly secondsLeft: number | null;
}

/** What stands on the chain at one block. Money in wei, times in seconds. */
export interface MonitorReport {
	readonly chainId: number;
	readonly market: Hex;
	readonly court: Hex;
	readonly block: { readonly number: number; readonly time: number };
	readonly lastEvent: { readonly name: string; readonly block: number; readonly time: number } | null;
	readonly endpoints: readonly {
		readonly endpoint: string;
		readonly block: number | null;
		readonly headAge: number | null;
		readonly trouble: string | null;
	}[];
	readonly claims: readonly MonitoredClaim[];
	readonly disputes: readonly MonitoredDispute[];
	/**
	 * What market and court hold and what they must hold. `surplus` must be 0: what the market holds beyond that, or what
	 * either lacks (a court may hold the bonds of other markets' disputes besides).
	 */
	readonly money: {
		readonly balance: bigint;
		readonly liabilities: bigint;
		readonly surplus: bigint;
		readonly claimBonds: bigint;
		readonly disputeBonds: bigint;
		readonly owed: bigint;
		/** Of gas. */
		readonly price: bigint;
	};
	/** The watched account: what it holds, has at stake, can withdraw, and needs for a next dispute. */
	readonly account: {
		readonly address: Hex;
		readonly balance: bigint;
		readonly bonds: bigint;
		readonly owed: bigint;
		readonly needed: bigint;
	} | null;
	/** What an operator should look at; none: healthy. */
	readonly problems: readonly Problem[];
	/** Problems of claims that the operator has acknowledged. */
	readonly acknowledged: readonly Problem[];
}

/** Something that an operator should look at; the id stays the same as long as it lasts. */
export interface Problem {
	readonly id: string;
	readonly text: string;
}
