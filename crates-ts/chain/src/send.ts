import type { Hex } from "@umpire/commitment/constants.ts";
import type { Abi, Log } from "viem";
import type { Signer } from "./connection.ts";
import { ChainError } from "./errors.ts";
import { explain } from "./revert.ts";

/** A contract at its address. */
export interface Contract {
	readonly address: Hex;
	readonly abi: Abi;
}

/** One call that changes state; `value` in wei. */
export interface Call {
	readonly contract: Contract;
	readonly functionName: string;
	readonly args?: readonly unknown[];
	readonly value?: bigint;
}

/** A mined transaction. */
export interface Sent {
	readonly move: string;
	readonly hash: Hex;
	readonly gas: bigint;
	readonly block: bigint;
	readonly logs: readonly Log[];
}

/**
 * Sends one call and waits until it is mined.
 *
 * @param onHash called with the hash as soon as the node has taken the transaction
 * @throws ChainError if the contract refuses the call, funds are missing or the node does not answer
 */
export async function send(signer: Signer, call: Call, onHash?: (hash: Hex) => Promise<void>): Promise<Sent> {
	const { connection, wallet, account } = signer;
	const { functionName, args = [], value = 0n } = call;
	const parameters = { ...call.contract, functionName, args, value };
	try {
		const estimate = await connection.reader.estimateContractGas({ ...parameters, account });
		const gas = (estimate * 12n) / 10n + 20_000n;
		const hash = await wallet.writeContract({ ...parameters, gas });
		await onHash?.(hash);
		return await receipt(signer, functionName, hash);
	} catch (error) {
		throw explain(error, functionName);
	}
}

/** Waits for a transaction that has been sent before. */
export async function receipt(signer: Signer, move: string, hash: Hex): Promise<Sent> {
	const found = await signer.connection.reader.waitForTransactionReceipt({ hash, timeout: 180_000 });
	if (found.status !== "success")
		throw new ChainError(`${move} failed: the contract refused transaction ${hash}.`);
	return { move, hash, gas: found.gasUsed, block: found.blockNumber, logs: found.logs };
}

/** Reads from a contract, at the latest block. */
export async function read<T>(
	signer: { readonly connection: Signer["connection"] },
	contract: Contract,
	functionName: string,
	args: readonly unknown[] = [],
): Promise<T> {
	try {
		return (await signer.connection.reader.readContract({ ...contract, functionName, args })) as T;
	} catch (error) {
		throw explain(error, `reading ${functionName}`);
	}
}
