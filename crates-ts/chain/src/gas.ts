import type { Hex } from "@umpire/commitment/constants.ts";
import { numberToHex, type PublicClient } from "viem";
import { isSilence } from "./revert.ts";

/** Gas of a call that the node gives no estimate for: more than any move needs but for settlements. */
const AMPLE = 3_000_000n;

/** A call to a contract, as nodes take it. */
export interface Transaction {
	readonly from: Hex;
	readonly to: Hex;
	readonly data: Hex;
	readonly value: Hex;
}

/**
 * Gas that a call needs, in the state of the newest block: what else is on its way changes nothing of what a move
 * needs. What is due from the next block's second on is refused there and estimated in the pending one.
 *
 * Some nodes (Hardhat's) give no estimate where an inner call runs out of gas whatever it is given, as a consumer does
 * that burns all that it gets. Whether the call itself succeeds is seen by making it: what is not used is not paid for.
 *
 * @throws what the node says, if it does not answer or the contract refuses the call
 */
export async function gasOf({ request }: PublicClient, transaction: Transaction): Promise<bigint> {
	const estimate = async (block: "latest" | "pending") =>
		BigInt(await request({ method: "eth_estimateGas", params: [transaction, block] }));
	try {
		return await estimate("latest").catch(() => estimate("pending"));
	} catch (error) {
		if (isSilence(error)) throw error;
		const given = { ...transaction, gas: numberToHex(AMPLE) };
		await request({ method: "eth_call", params: [given, "pending"] }).catch(() => {
			throw error;
		});
		return AMPLE;
	}
}
