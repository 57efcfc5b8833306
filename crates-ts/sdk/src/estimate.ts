import { answeringGas, leastFeeOf } from "@umpire/game/answering-gas.ts";
import { explained, type OpenMarket } from "./market.ts";
import type { LoadedProgram } from "./program.ts";

/** What an answer costs and how long it takes, at the present price of gas. */
export interface Estimate {
	/** Wei below which submitters do not answer unless they are told to. */
	readonly fee: bigint;
	/** Gas that the submitter pays for itself. */
	readonly answeringGas: number;
	/** Wei per gas. */
	readonly gasPrice: bigint;
	/** Seconds from a claim to its end if nobody disputes it. */
	readonly secondsToFinal: number;
}

/**
 * Estimates fee, gas and time of an answer. How soon somebody claims is for submitters to decide, and a dispute takes
 * longer.
 *
 * @param hasConsumer whether a contract is told of the answer, whose gas the fee pays too
 */
export async function estimate(
	{ client, challengePeriod }: OpenMarket,
	{ commitment: { header } }: Pick<LoadedProgram, "commitment">,
	hasConsumer = false,
): Promise<Estimate> {
	const gasPrice = await client.getGasPrice().catch((error: unknown) => {
		throw explained(error, "The price of gas is not to be had", "try again, or another RPC node.");
	});
	return {
		fee: leastFeeOf(header, gasPrice, hasConsumer),
		answeringGas: answeringGas(header, hasConsumer),
		gasPrice,
		secondsToFinal: challengePeriod,
	};
}
