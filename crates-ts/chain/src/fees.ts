import type { Hex } from "@umpire/commitment/constants.ts";
import { formatGwei, parseTransaction } from "viem";
import type { Signer } from "./connection.ts";
import type { GasPolicy } from "./gas-policy.ts";

/** Wei per gas. */
export interface Fees {
	readonly maxFeePerGas: bigint;
	readonly maxPriorityFeePerGas: bigint;
}

/** Seconds to a deadline below which a fee bound that keeps a move back is urgent. */
const URGENT = 300;

/**
 * The fees of a move's next transaction: what the network asks for, a quarter above those of the
 * transaction that it replaces (nodes want a tenth), and never above the account's bound.
 *
 * @param gas the transaction's limit
 * @param earlier the signed transaction that is replaced
 * @param until the last second (chain time) at which the move helps
 * @returns undefined if the bound leaves nothing to raise
 */
export async function raisedFees(
	signer: Signer,
	move: string,
	gas: bigint,
	earlier: Hex | undefined,
	until: number | undefined,
): Promise<Fees | undefined> {
	const { reader } = signer.connection;
	const { warn } = signer.policy;
	const { mostPerGas, allowed } = boundOf(signer.policy, gas);
	const [{ maxFeePerGas, maxPriorityFeePerGas }, { baseFeePerGas, timestamp }] = await Promise.all([
		reader.estimateFeesPerGas({ chain: signer.connection.chain, type: "eip1559" }),
		reader.getBlock({ blockTag: "latest" }),
	]);
	if ((baseFeePerGas ?? 0n) > mostPerGas) {
		const left = until === undefined ? undefined : until - Number(timestamp);
		const urgency =
			left === undefined || left > URGENT ? "" : ` It must be mined within ${left} s: RAISE THE BOUND NOW.`;
		warn(`${move} waits: gas costs ${formatGwei(baseFeePerGas!)} gwei, ${allowed}.${urgency}`);
	}
	const before = earlier === undefined ? undefined : feesOf(earlier);
	const raised = (fee: bigint | undefined, least: bigint) => {
		const next = fee === undefined ? 0n : (fee * 5n) / 4n + 1n;
		return next > least ? next : least;
	};
	const wanted = raised(before?.maxFeePerGas, maxFeePerGas);
	const most = lesser(wanted, mostPerGas);
	const priority = raised(before?.maxPriorityFeePerGas, maxPriorityFeePerGas);
	const fees = { maxFeePerGas: most, maxPriorityFeePerGas: lesser(priority, most) };
	const isRaise = (now: bigint, old: bigint | undefined) => old === undefined || now * 10n >= old * 11n;
	const isAccepted =
		isRaise(fees.maxFeePerGas, before?.maxFeePerGas) &&
		isRaise(fees.maxPriorityFeePerGas, before?.maxPriorityFeePerGas);
	return isAccepted ? fees : undefined;
}

/** The most that a transaction may pay for gas, and why. */
function boundOf(
	{ mostPerGas, mostPerMove }: GasPolicy,
	gas: bigint,
): { readonly mostPerGas: bigint; readonly allowed: string } {
	if (mostPerGas !== undefined) {
		return { mostPerGas, allowed: `--max-fee-gwei allows ${formatGwei(mostPerGas)}` };
	}
	if (mostPerMove === undefined) return { mostPerGas: 2n ** 255n, allowed: "nothing bounds it" };
	const most = mostPerMove / gas;
	return {
		mostPerGas: most,
		allowed: `from ${formatGwei(most)} on it costs more than the bond at stake (--max-fee-gwei for another bound)`,
	};
}

export function lesser(one: bigint, other: bigint): bigint {
	// Math.min does not take bigints.
	if (one < other) return one;
	return other;
}

/** The fees of a signed transaction. */
export function feesOf(raw: Hex): Fees {
	const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(raw);
	return { maxFeePerGas, maxPriorityFeePerGas };
}
