import { marketAbi } from "@umpire/abi/market.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { createPublicClient, custom } from "viem";
import type { Node } from "./rpc.ts";

/** A claim of a market. */
export interface ClaimPlace {
	readonly market: string;
	readonly claim: number;
}

/** What a claim commits to, as the chain has it. */
export interface ClaimRoots extends ClaimPlace {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	/** 0 where only the output is claimed. */
	readonly traceRoot: Hex;
	readonly outputRoot: Hex;
}

/**
 * Reads what a claim commits to from the chain, so that nobody else's word on it is needed.
 *
 * @throws Error if there is no such market or claim
 */
export async function claimOnChain({ market, claim }: ClaimPlace, node: Node): Promise<ClaimRoots> {
	const client = createPublicClient({
		transport: custom({
			request: ({ method, params }: { method: string; params?: readonly unknown[] }) =>
				node.ask(method, params ?? []),
		}),
	});
	const at = { address: market as Hex, abi: marketAbi } as const;
	const of = { ...at, args: [BigInt(claim)] } as const;
	const none = () => {
		throw new Error(`${node.name} knows no claim ${claim} of a market at ${market}.`);
	};
	const { traceRoot, request } = await client.readContract({ ...of, functionName: "getClaim" }).catch(none);
	if (request === 0) return none();
	const outputRoot = await client.readContract({ ...of, functionName: "outputRoot" }).catch(none);
	const asked = await client
		.readContract({ ...at, functionName: "getRequest", args: [BigInt(request)] })
		.catch(none);
	const { program, inputsRoot } = asked;
	return { market, claim, program, inputsRoot, traceRoot, outputRoot };
}
