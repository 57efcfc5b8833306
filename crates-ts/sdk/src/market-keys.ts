import { arbiterAbi } from "@umpire/abi/arbiter.ts";
import { courtAbi } from "@umpire/abi/court.ts";
import { keccak256 } from "viem";
import { explained, type OpenMarket } from "./market.ts";

/** keccak256 of the verifiers of the development keys, on whichever chain. */
export const DEVELOPMENT_VERIFIERS = {
	dot: "0x85f14854c2f7dfe5b72f7e88b1c557a134fab5db73bac0a632f0fb455ca327fe",
	elements: "0x68ab5d67cbcfd6bcadc1e86d167c4bd9c01f7f4ca7cc25fb1e5e2b62b623aa6d",
} as const;

/**
 * Whether a market's proofs are verified with the development keys: then anyone can forge them, and its answers are worth
 * nothing. Local chains and test networks have such markets. Read from the chain.
 *
 * @throws UmpireError if the node does not answer, or the court is none
 */
export async function hasDevelopmentKeys({
	client,
	court,
}: Pick<OpenMarket, "client" | "court">): Promise<boolean> {
	try {
		const address = await client.readContract({ address: court, abi: courtAbi, functionName: "arbiter" });
		const arbiter = { address, abi: arbiterAbi } as const;
		const verifiers = await Promise.all([
			client.readContract({ ...arbiter, functionName: "dotVerifier" }),
			client.readContract({ ...arbiter, functionName: "elementsVerifier" }),
		]);
		const known: readonly string[] = Object.values(DEVELOPMENT_VERIFIERS);
		const codes = await Promise.all(verifiers.map((verifier) => client.getCode({ address: verifier })));
		return codes.some((code) => known.includes(keccak256(code ?? "0x")));
	} catch (error) {
		throw explained(
			error,
			`The verifiers of the court at ${court} cannot be read`,
			"check the address and the node.",
		);
	}
}
