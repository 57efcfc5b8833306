import {
	type Account,
	type Chain,
	createPublicClient,
	createWalletClient,
	custom,
	defineChain,
	http,
	type PublicClient,
	type Transport,
	type WalletClient,
} from "viem";
import { ChainError } from "./errors.ts";
import { hardhat } from "./hardhat.ts";
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
	/** Frees a chain that lives in this process; does nothing for others. */
	readonly close: () => Promise<void>;
}

/** An account that signs for itself, on one connection. */
export interface Signer {
	readonly connection: Connection;
	readonly account: Account;
	readonly wallet: WalletClient<Transport, Chain, Account>;
}

/**
 * Connects to a node.
 *
 * @param options.chainId the chain that must answer there; without it any chain is taken
 * @throws ChainError if nothing answers at the URL or another chain does
 */
export async function connectRpc(url: string, options: { chainId?: number } = {}): Promise<Connection> {
	if (!/^https?:\/\//.test(url)) {
		throw new ChainError(
			`"${url}" is not an RPC address: give one such as http://127.0.0.1:8545 with --rpc or UMPIRE_RPC.`,
		);
	}
	const transport = http(url, { retryCount: 2, timeout: 20_000 });
	const id = await createPublicClient({ transport })
		.getChainId()
		.catch((cause: unknown) => {
			throw new ChainError(
				`Nothing answers at ${url}: start a local chain with ./just setup-network, or give another address with --rpc or UMPIRE_RPC.`,
				{ cause },
			);
		});
	if (options.chainId !== undefined && options.chainId !== id) {
		throw new ChainError(
			`Wrong chain: ${url} is chain ${id}, but chain ${options.chainId} is expected; check --rpc and --chain-id.`,
		);
	}
	const pollingInterval = DEVELOPMENT_CHAINS.includes(id) ? 200 : 2_000;
	return connection(id, url, transport, pollingInterval, async () => {});
}

/** A fresh chain inside this process (Hardhat's EVM), for rehearsals and tests. */
export async function connectPrivate(): Promise<Connection> {
	const hre = await hardhat();
	const network = await hre.network.create({ override: { allowUnlimitedContractSize: false } });
	const request = (args: { method: string; params?: unknown }) =>
		network.provider.request({ method: args.method, params: args.params as unknown[] });
	const transport = custom({ request }, { retryCount: 0 });
	return connection(31337, "", transport, 10, async () => network.close());
}

/** Makes an account able to send on a connection. */
export function signerFor(connection: Connection, account: Account): Signer {
	const { chain, transport, pollingInterval } = connection;
	return {
		connection,
		account,
		wallet: createWalletClient({ account, chain, transport, pollingInterval }),
	};
}

/** What an account holds, in wei. */
export async function balanceOf(signer: Signer): Promise<bigint> {
	const { reader } = signer.connection;
	return reader.getBalance({ address: signer.account.address }).catch((error: unknown) => {
		throw explain(error, "reading the balance");
	});
}

function connection(
	id: number,
	url: string,
	transport: Transport,
	pollingInterval: number,
	close: () => Promise<void>,
): Connection {
	const chain = defineChain({
		id,
		name: `chain ${id}`,
		nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
		rpcUrls: { default: { http: [url] } },
	});
	const reader = createPublicClient({ chain, transport, pollingInterval, cacheTime: 0 });
	return { chain, reader, transport, pollingInterval, close };
}
