/** How an account pays for gas. */
export interface GasPolicy {
	/** Never more than this, in wei per gas. */
	readonly mostPerGas?: bigint | undefined;
	/** A transaction never costs more than this, in wei: what is at stake, if the operator names no price of gas. */
	readonly mostPerMove?: bigint | undefined;
	/** Milliseconds after which a transaction that is not mined is sent again with higher fees. */
	readonly patience: number;
	/**
	 * Transactions on their way at once. Nodes promise to keep 16 of one account and keep more as long as there is room
	 * (geth's accountslots); what a node drops is sent again.
	 */
	readonly mostInFlight: number;
	/** Milliseconds after which it is left to a later look at the chain. */
	readonly mostWait: number;
	readonly warn: (line: string) => void;
}

export const DEFAULT_GAS_POLICY: GasPolicy = {
	patience: 30_000,
	mostWait: 120_000,
	mostInFlight: 64,
	warn: () => {},
};
