import { useSyncExternalStore } from "react";
import type { KnownContracts } from "./agreed.ts";
import type { Wallet, Wallets } from "./wallets.ts";

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
	const [{ openWagmi }, chainId] = await Promise.all([
		import("./wagmi.ts"),
		chainOfServer(),
		knownContracts("market"),
	]);
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

let contracts: KnownContracts | undefined;

/**
 * Where contracts are, as the server said first: one that names others later is not followed. A contract that was not
 * there at first is asked for again.
 */
export async function knownContracts(role: string): Promise<KnownContracts> {
	if (contracts?.contracts[role] === undefined) {
		const response = await fetch("/v1/deployment");
		if (!response.ok) throw new Error("The server does not say where the contracts are.");
		const now = (await response.json()) as KnownContracts;
		contracts = { ...now, contracts: { ...now.contracts, ...contracts?.contracts } };
	}
	return contracts!;
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
