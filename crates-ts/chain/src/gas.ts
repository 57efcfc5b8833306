import type { Hex } from "@umpire/commitment/constants.ts";
import { numberToHex, type PublicClient } from "viem";
import { isSilence } from "./revert.ts";

/** Gas of a call that the node gives no estimate for: more than any move needs but for settlements. */
const AMPLE = 3_000_000n;

/**
 * Gas that a call needs in the state of the newest block: what else is on its way changes nothing of what a move needs.
 * What is due from the next block's second on is refused there, and estimated in that one.
 *
 * Some nodes (Hardhat's) give no estimate where an inner call runs out of gas whatever it is given, as a consumer does
 * that burns all that it gets. Whether the call itself succeeds is seen by making it: what is not used is not paid for.
 *
 * @throws what the node says, if it does not answer or the contract refuses the call
 */
export async function gasOf(
	reader: PublicClient,
	call: { readonly from: Hex; readonly to: Hex; readonly data: Hex; readonly value: Hex },
): Promise<bigint> {
	const estimate = (block: "latest" | "pending") =>
		reader.request({ method: "eth_estimateGas", params: [call, block] });
	try {
		return BigInt(await estimate("latest").catch(() => estimate("pending")));
	} catch (error) {
		if (isSilence(error)) throw error;
		const params = [{ ...call, gas: numberToHex(AMPLE) }, "pending"] as const;
		await reader.request({ method: "eth_call", params: [...params] }).catch(() => {
			throw error;
		});
		return AMPLE;
	}
}
