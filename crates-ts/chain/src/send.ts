import type { Hex } from "@umpire/commitment/constants.ts";
import { type Abi, encodeFunctionData, keccak256, type Log } from "viem";
import type { Connection, Signer } from "./connection.ts";
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
	/** The new contract, if it is a deployment. */
	readonly created?: Hex | undefined;
}

/**
 * Sends one call and waits until it is mined.
 *
 * @param onHash called with the transaction's hash before it leaves this process, so that
 *   whoever is stopped at any moment can find out later what became of it
 * @throws ChainError if the contract refuses the call, funds are missing or the node does not answer
 */
export async function send(signer: Signer, call: Call, onHash?: (hash: Hex) => Promise<void>): Promise<Sent> {
	const { contract, functionName, args = [], value = 0n } = call;
	const { reader } = signer.connection;
	try {
		const gas = await reader.estimateContractGas({
			...contract,
			functionName,
			args,
			value,
			account: signer.account,
		});
		const data = encodeFunctionData({ abi: contract.abi, functionName, args });
		return await submit(signer, functionName, { to: contract.address, data, value, gas }, onHash);
	} catch (error) {
		throw explain(error, functionName);
	}
}

/** Deploys bytecode (constructor arguments included) and waits until it is mined. */
export async function sendDeployment(signer: Signer, name: string, data: Hex): Promise<Hex> {
	const { reader } = signer.connection;
	try {
		const gas = await reader.estimateGas({ account: signer.account, data });
		const sent = await submit(signer, `deploying ${name}`, { data, value: 0n, gas });
		return sent.created!;
	} catch (error) {
		throw explain(error, `deploying ${name}`);
	}
}

async function submit(
	signer: Signer,
	move: string,
	transaction: { to?: Hex; data: Hex; value: bigint; gas: bigint },
	onHash?: (hash: Hex) => Promise<void>,
): Promise<Sent> {
	const { wallet, connection } = signer;
	// What a call costs can grow between the estimate and the block, e.g. by a slot that another one clears.
	const gas = (transaction.gas * 12n) / 10n + 20_000n;
	const prepared = await wallet.prepareTransactionRequest({ ...transaction, gas });
	const signed = await wallet.signTransaction(prepared as never);
	await onHash?.(keccak256(signed));
	const hash = await connection.reader.sendRawTransaction({ serializedTransaction: signed });
	return receipt(connection, move, hash);
}

/**
 * Waits for a transaction that has been sent.
 *
 * @throws ChainError if the contract refused it
 */
export async function receipt(connection: Connection, move: string, hash: Hex): Promise<Sent> {
	const found = await connection.reader.waitForTransactionReceipt({ hash, timeout: 180_000 });
	if (found.status !== "success") {
		throw new ChainError(`${move} failed: the contract refused transaction ${hash}.`);
	}
	const { gasUsed, blockNumber, logs, contractAddress } = found;
	return { move, hash, gas: gasUsed, block: blockNumber, logs, created: contractAddress ?? undefined };
}

/** Whether the node knows a transaction, mined or waiting. */
export async function isKnown(connection: Connection, hash: Hex): Promise<boolean> {
	return connection.reader.getTransaction({ hash }).then(
		() => true,
		() => false,
	);
}

/** Reads from a contract, at the latest block. */
export async function read<T>(
	on: { readonly connection: Connection },
	contract: Contract,
	functionName: string,
	args: readonly unknown[] = [],
): Promise<T> {
	try {
		return (await on.connection.reader.readContract({ ...contract, functionName, args })) as T;
	} catch (error) {
		throw explain(error, `reading ${functionName}`);
	}
}
