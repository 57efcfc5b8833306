import type { Hex } from "@umpire/commitment/constants.ts";

/** Mirrors of the contracts' structs (contracts/interfaces), as viem decodes them. Times in seconds, money in wei. */
export interface Parameters {
	readonly challengePeriod: number;
	readonly increment: number;
	readonly reserve: number;
	readonly provingAllowance: number;
	readonly crowding: number;
	readonly depth: number;
	readonly window: number;
	readonly burnPermille: number;
	readonly submitterBond: bigint;
	readonly challengerBond: bigint;
}

export interface Request {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly requester: Hex;
	readonly deadline: number;
	readonly liveClaim: number;
	readonly closed: boolean;
	readonly consumer: Hex;
	readonly fee: bigint;
}

export const CLAIM_STATUS = { none: 0, live: 1, final: 2, rejected: 3 } as const;

export interface Claim {
	readonly traceRoot: Hex;
	readonly submitter: Hex;
	readonly request: number;
	readonly claimedAt: number;
	readonly openDisputes: number;
	readonly status: number;
}

export const PHASE = { none: 0, search: 1, leaf: 2, partials: 3, closed: 4 } as const;
export const SIDE = { nobody: 0, submitter: 1, challenger: 2 } as const;

export interface Dispute {
	readonly challenger: Hex;
	readonly claim: number;
	readonly phase: number;
	readonly tree: number;
	readonly level: number;
	readonly width: number;
	readonly demandedAt: number;
	readonly node: Hex;
	readonly start: number;
	readonly elements: number;
	readonly operator: number;
	readonly step: number;
	readonly submitterReserve: number;
	readonly challengerReserve: number;
	readonly crowding: number;
	readonly element: bigint;
	readonly parts: number;
	readonly partialsAt: number;
	readonly partialsHash: Hex;
}

/** Who is to move, since when, and the last second at which no timeout can be claimed. */
export interface Turn {
	readonly side: number;
	readonly since: bigint;
	readonly until: bigint;
}
