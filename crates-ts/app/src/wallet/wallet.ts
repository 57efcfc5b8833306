import { useSyncExternalStore } from "react";

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

const NOBODY: Wallet = { known: [], account: null, name: null, isElsewhere: false };
/** Where wagmi keeps that a wallet was connected. */
const REMEMBERED = "umpire.recentConnectorId";

let wallet = NOBODY;
let opening: Promise<Wallets> | undefined;
const listeners = new Set<() => void>();

/** Loads what speaks to wallets, once; pages without a wallet never do. */
export function wallets(): Promise<Wallets> {
	opening ??= open();
	opening.catch(() => {
		opening = undefined;
	});
	return opening;
}

async function open(): Promise<Wallets> {
	const [{ openWagmi }, chainId] = await Promise.all([import("./wagmi.ts"), chainOfServer()]);
	return openWagmi(chainId, (now) => {
		wallet = now;
		for (const listener of listeners) listener();
	});
}

async function chainOfServer(): Promise<number> {
	const response = await fetch("/v1/rpc", {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
	});
	const { result } = (await response.json()) as { readonly result?: string };
	if (result === undefined) throw new Error("The chain does not answer.");
	return Number(result);
}

const subscribe = (listener: () => void): (() => void) => {
	// A wallet of an earlier visit is taken up again without being asked for.
	if (listeners.size === 0 && localStorage.getItem(REMEMBERED) !== null) {
		void wallets()
			.then((all) => all.reconnect())
			.catch(() => {});
	}
	listeners.add(listener);
	return () => listeners.delete(listener);
};

export const useWallet = (): Wallet => useSyncExternalStore(subscribe, () => wallet);
