/** A transaction as the API gives it: simulated, not signed. */
export interface UnsignedTransaction {
	readonly to: `0x${string}`;
	readonly data: `0x${string}`;
	/** wei */
	readonly value: string;
	readonly chainId: number;
	readonly from: `0x${string}`;
	readonly gas: string;
}

/** What is known of the visitor's wallet. */
export interface Wallet {
	/** Wallets that announced themselves. */
	readonly known: readonly { readonly id: string; readonly name: string; readonly icon: string | null }[];
	readonly account: string | null;
	readonly name: string | null;
	/** It is on another chain than this page. */
	readonly isElsewhere: boolean;
}

/** What can be asked of wallets. Everything else than `disconnect` asks the visitor first, in the wallet. */
export interface Wallets {
	connect(id: string): Promise<void>;
	disconnect(): Promise<void>;
	/** Takes up the connection of an earlier visit, if there was one. */
	reconnect(): Promise<void>;
	/** @returns the transaction's hash */
	send(transaction: UnsignedTransaction): Promise<`0x${string}`>;
	/** Asks the node of the connected wallet. */
	ask(method: string, params: readonly unknown[]): Promise<unknown>;
	mined(hash: `0x${string}`): Promise<{ readonly isRight: boolean; readonly block: number }>;
}
