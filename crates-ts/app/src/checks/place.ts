import { knownContracts } from "../wallet/wallet.ts";
import type { ClaimPlace } from "./claim-on-chain.ts";

/** A claim without a market is of this deployment's. */
export async function placeOf({
	claim,
	market,
}: {
	readonly claim: number;
	readonly market?: string | undefined;
}): Promise<ClaimPlace> {
	if (market !== undefined) return { claim, market };
	const { contracts } = await knownContracts("market");
	if (contracts.market === undefined) throw new Error("The server does not say where the market is.");
	return { claim, market: contracts.market };
}
