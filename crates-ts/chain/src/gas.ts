import type { Hex } from "@umpire/commitment/constants.ts";
import type { EstimateContractGasParameters, PublicClient } from "viem";
import { isSilence, revertName } from "./revert.ts";

/** Gas of a call that the node gives no estimate for: more than any move needs but for settlements. */
const AMPLE = 3_000_000n;

/**
 * Gas that a call needs. Some nodes (Hardhat's) give no estimate where an inner call runs out of gas whatever it is
 * given, as a consumer does that burns all that it gets. Whether the call itself succeeds is seen by making it: what is
 * not used is not paid for.
 *
 * @throws what the node says, if it does not answer or the contract refuses the call
 */
export async function gasOf(
	reader: PublicClient,
	call: EstimateContractGasParameters,
	data: Hex,
): Promise<bigint> {
	try {
		return await reader.estimateContractGas(call);
	} catch (error) {
		if (isSilence(error) || revertName(error) !== undefined) throw error;
		const { account, address: to, value = 0n } = call;
		const made = reader.call({ account: account!, to, data, value, gas: AMPLE });
		await made.catch(() => {
			throw error;
		});
		return AMPLE;
	}
}
