import { type EIP1193Provider, http } from "viem";
import { type Config, createConfig, createStorage } from "wagmi";
import {
	connect,
	disconnect,
	getConnection,
	getConnectors,
	reconnect,
	sendTransaction,
	switchChain,
	waitForTransactionReceipt,
	watchConnection,
	watchConnectors,
} from "wagmi/actions";
import type { UnsignedTransaction, Wallet, Wallets } from "./wallets.ts";

/**
 * Wallets that announce themselves to the page (EIP-6963), by wagmi. Nothing else is spoken to: the chain is asked
 * through this server.
 */
export function openWagmi(chainId: number, onChange: (wallet: Wallet) => void): Wallets {
	const rpc = new URL("/v1/rpc", location.href).href;
	const chain = {
		id: chainId,
		name: `Chain ${chainId}`,
		nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
		rpcUrls: { default: { http: [rpc] } },
	};
	const config: Config = createConfig({
		chains: [chain],
		connectors: [],
		multiInjectedProviderDiscovery: true,
		storage: createStorage({ storage: localStorage, key: "umpire" }),
		transports: { [chainId]: http(rpc, { batch: false }) },
	});
	const tell = () => {
		const { address, connector, status, chainId: on } = getConnection(config);
		const known = getConnectors(config).map(({ uid, name, icon }) => ({ id: uid, name, icon: icon ?? null }));
		onChange({
			known,
			account: status === "connected" && address !== undefined ? address : null,
			name: connector?.name ?? null,
			isElsewhere: status === "connected" && on !== chainId,
		});
	};
	watchConnection(config, { onChange: tell });
	watchConnectors(config, { onChange: tell });
	tell();
	return {
		async connect(id) {
			const connector = getConnectors(config).find(({ uid }) => uid === id);
			if (connector !== undefined) await connect(config, { connector });
		},
		disconnect: () => disconnect(config).then(() => {}),
		reconnect: () => reconnect(config).then(() => {}),
		async send({ to, data, value, from, gas }: UnsignedTransaction) {
			if (getConnection(config).chainId !== chainId) await switchChain(config, { chainId });
			// The visitor may have chosen another account in the wallet since the button was pressed.
			const { address } = getConnection(config);
			if (address?.toLowerCase() !== from.toLowerCase())
				throw new Error("Your wallet is on another account now. Nothing was sent.");
			return sendTransaction(config, {
				...{ chainId, account: from, to, data, value: BigInt(value) },
				// What the simulation needed, and a fifth more: others may move first.
				gas: (BigInt(gas) * 6n) / 5n,
			});
		},
		async ask(method, params) {
			const provider = await getConnection(config).connector?.getProvider();
			if (provider === undefined) throw new Error("No wallet is connected.");
			return (provider as EIP1193Provider).request({ method, params } as never);
		},
		async mined(hash) {
			const { status, blockNumber } = await waitForTransactionReceipt(config, { hash });
			return { isRight: status === "success", block: Number(blockNumber) };
		},
	};
}
