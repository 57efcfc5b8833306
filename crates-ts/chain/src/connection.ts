import {
	type Account,
	type Chain,
	createPublicClient,
	createWalletClient,
	defineChain,
	type PublicClient,
	type Transport,
	type WalletClient,
} from "viem";
import { chainIdsOf, type EndpointHealth, type Head, headOf, hostOf, joinEndpoints } from "./endpoints.ts";
import { ChainError } from "./errors.ts";
import { DEFAULT_GAS_POLICY, type GasPolicy } from "./gas-policy.ts";
import { explain } from "./revert.ts";

/** Chain ids of development chains (Hardhat, Ganache): the only ones that take development proving keys. */
export const DEVELOPMENT_CHAINS: readonly number[] = [31337, 1337];

/** A chain that is known to answer and to be the expected one. */
export interface Connection {
	readonly chain: Chain;
	readonly reader: PublicClient;
	readonly transport: Transport;
	/** Milliseconds between two looks at the chain. */
	readonly pollingInterval: number;
	/** The newest block; of several endpoints the newest that most of them have. */
	readonly head: () => Promise<Head>;
	/** How each RPC address does; none for a chain in this process. */
	readonly health: () => readonly EndpointHealth[];
	/** Frees a chain that lives in this process; does nothing for others. */
	readonly close: () => Promise<void>;
}

/** An account that signs for itself, on one connection. */
export interface Signer {
	readonly connection: Connection;
	readonly account: Account;
	readonly wallet: WalletClient<Transport, Chain, Account>;
	readonly policy: GasPolicy;
}

/** Milliseconds after which an RPC request counts as failed. */
const TIMEOUT = 10_000;

/** Whether an address is of this machine, where a local chain may be. */
const isHere = (url: string): boolean => /^\w+:\/\/(127\.|localhost|\[::1\])/i.test(url);

/**
 * Connects to one node, or to several of the same chain.
 *
 * @param urls one or more addresses; commas separate several in one string
 * @param options.chainId the chain that must answer there; without it any chain is taken
 * @param options.timeout milliseconds after which a request counts as failed
 * @param options.warn told when an address stops answering or comes back
 * @throws ChainError if nothing answers at any URL, or another chain does at half of those that answer
 */
export async function connectRpc(
	urls: string | readonly string[],
	options: { chainId?: number; timeout?: number; warn?: (line: string) => void } = {},
): Promise<Connection> {
	const { timeout = TIMEOUT, warn = () => {} } = options;
	const list = addressesOf(urls);
	const found = await chainIdsOf(list, timeout);
	if (found.length === 0) {
		throw new ChainError(`Nothing answers at ${list.map(hostOf).join(", ")}`, {
			advice: list.some(isHere)
				? "start a local chain with ./just setup-network, or give another address with --rpc or UMPIRE_RPC."
				: "give the address of a node of that chain with --rpc or UMPIRE_RPC (several, with commas).",
			retryable: list.length > 1,
		});
	}
	const isMost = (chain: number) => 2 * found.filter(({ id }) => id === chain).length > found.length;
	const id = options.chainId ?? (found.find((endpoint) => isMost(endpoint.id)) ?? found[0]).id;
	const other = found.find((endpoint) => endpoint.id !== id);
	// One of many that names another chain is outvoted like any other lie; joinEndpoints warns of it.
	if (other !== undefined && !isMost(id)) {
		throw new ChainError(
			`Wrong chain: ${hostOf(other.url)} is chain ${other.id}, but chain ${id} is expected`,
			{ advice: "check --rpc and --chain-id." },
		);
	}
	const endpoints = joinEndpoints(list, id, timeout, warn);
	const pollingInterval = DEVELOPMENT_CHAINS.includes(id) ? 200 : 2_000;
	return connectionBy(id, list[0], endpoints.transport, pollingInterval, endpoints);
}

function addressesOf(urls: string | readonly string[]): string[] {
	const list = [urls]
		.flat()
		.flatMap((url) => url.split(","))
		.map((url) => url.trim());
	for (const url of list) {
		if (!URL.canParse(url) || !/^https?:/.test(url)) {
			throw new ChainError(`"${url}" is not an RPC address`, {
				advice: "give one such as http://127.0.0.1:8545 with --rpc or UMPIRE_RPC.",
			});
		}
	}
	return [...new Set(list)];
}

/** Makes an account able to send on a connection. */
export function signerFor(connection: Connection, account: Account, policy: Partial<GasPolicy> = {}): Signer {
	const { chain, transport, pollingInterval } = connection;
	return {
		connection,
		account,
		wallet: createWalletClient({ account, chain, transport, pollingInterval }),
		policy: { ...DEFAULT_GAS_POLICY, ...policy },
	};
}

/** What an account holds, in wei. */
export async function balanceOf(signer: Signer): Promise<bigint> {
	const { reader } = signer.connection;
	return reader.getBalance({ address: signer.account.address }).catch((error: unknown) => {
		throw explain(error, "reading the balance");
	});
}

/** A connection to a chain of this id by a transport that is known to answer. */
export function connectionBy(
	id: number,
	url: string,
	transport: Transport,
	pollingInterval: number,
	given: Partial<Pick<Connection, "head" | "health" | "close">>,
): Connection {
	const chain = defineChain({
		id,
		name: `chain ${id}`,
		nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
		rpcUrls: { default: { http: [url] } },
	});
	const reader = createPublicClient({ chain, transport, pollingInterval, cacheTime: 0 });
	return {
		chain,
		reader,
		transport,
		pollingInterval,
		head: given.head ?? (async () => headOf(await reader.getBlock({ blockTag: "latest" }))),
		health: given.health ?? (() => []),
		close: given.close ?? (async () => {}),
	};
}
