import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Chain } from "viem";

/** Where a command's chain is, as far as a network's name says it. */
interface AtNetwork {
	readonly network?: string | undefined;
	readonly rpc?: string | readonly string[] | undefined;
	readonly chainId?: number | undefined;
}

/**
 * Fills in the chain's number, and its usual RPC address unless another is given, by the name that viem knows it by.
 *
 * @throws UmpireError if no network has this name, or another number is given besides
 */
export async function atNetwork<T extends AtNetwork>(options: T): Promise<T> {
	const { network, rpc, chainId } = options;
	if (network === undefined) return options;
	const { default: _, ...all } = (await import("viem/chains")) as typeof import("viem/chains") & {
		readonly default?: unknown;
	};
	const chains = new Map<string, Chain>(Object.entries(all));
	const chain = chains.get(network);
	if (chain === undefined) {
		const asked = network.toLowerCase();
		const near = [...chains.keys()]
			.filter((name) => {
				const known = name.toLowerCase();
				return known.length > 3 && (known.includes(asked) || asked.includes(known));
			})
			.sort((one, other) => Math.abs(one.length - asked.length) - Math.abs(other.length - asked.length));
		throw new UmpireError("OPTION", `No network is called ${network}`, {
			advice: `${near.length === 0 ? "" : `perhaps ${near.slice(0, 5).join(", ")}; `}--rpc takes the RPC address of any.`,
		});
	}
	if (chainId !== undefined && chainId !== chain.id) {
		throw new UmpireError("OPTION", `${network} is chain ${chain.id}, not ${chainId}`, {
			advice: "give one of --network and --chain-id.",
		});
	}
	return { ...options, chainId: chain.id, rpc: rpc ?? [...chain.rpcUrls.default.http] };
}
