import type { Hex } from "@umpire/commitment/constants.ts";
import { keccak256, type Log, parseTransaction, type TransactionSerializableEIP1559 } from "viem";
import type { Connection, Signer } from "./connection.ts";
import { ChainError, RevertError } from "./errors.ts";
import { raisedFees } from "./fees.ts";
import type { Outgoing } from "./outbox.ts";
import { isAnswer, isKnownTransaction } from "./revert.ts";
import { sleep } from "./sleep.ts";

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

/** Signs a transaction for a signer's chain. */
export async function signRaw(
	{ wallet, connection }: Signer,
	transaction: Omit<TransactionSerializableEIP1559, "chainId">,
): Promise<Hex> {
	const request = { ...transaction, type: "eip1559", chainId: connection.chain.id } as const;
	return wallet.signTransaction(request as never);
}

/**
 * Sends a move's newest transaction and waits until one of its transactions is mined; sends it again
 * with higher fees when that takes long.
 *
 * @throws RevertError if the contract refused it
 * @throws ChainError (to be tried again) if it is not mined within the signer's `mostWait`
 */
export async function land(signer: Signer, outgoing: Outgoing): Promise<Sent> {
	const { connection, policy } = signer;
	const { move, nonce } = outgoing;
	let { attempts } = outgoing;
	const started = performance.now();
	const elapsed = () => performance.now() - started;
	let raises = 1;
	await broadcast(connection, attempts.at(-1)!);
	while (elapsed() < policy.mostWait) {
		const sent = await mined(connection, { move, nonce, attempts });
		if (sent !== undefined) return sent;
		await sleep(connection.pollingInterval);
		if (elapsed() < raises * policy.patience) continue;
		raises++;
		const raised = await raise(signer, move, attempts.at(-1)!, undefined).catch(() => undefined);
		if (raised !== undefined) {
			attempts = [...attempts, raised];
			policy.warn(`${move} has not been mined for ${Math.round(elapsed() / 1000)} s: raising its fee.`);
		}
		// Without a raise the same again: a node that was restarted has forgotten it.
		await broadcast(connection, attempts.at(-1)!).catch(() => {});
	}
	throw new ChainError(`${move} has not been mined for ${Math.round(elapsed() / 1000)} s.`, {
		retryable: true,
	});
}

/**
 * The receipt of whichever transaction of a move was mined; undefined if none was, as far as the node knows.
 *
 * @throws RevertError if the contract refused it
 */
export async function mined(connection: Connection, { move, attempts }: Outgoing): Promise<Sent | undefined> {
	for (const raw of attempts.toReversed()) {
		const hash = keccak256(raw);
		const found = await connection.reader.getTransactionReceipt({ hash }).catch(() => undefined);
		if (found === undefined) continue;
		if (found.status !== "success") {
			throw new RevertError(`${move} failed: the contract refused transaction ${hash}.`);
		}
		const { gasUsed, blockNumber, logs, contractAddress } = found;
		return {
			move: nameOf(move),
			hash,
			gas: gasUsed,
			block: blockNumber,
			logs,
			created: contractAddress ?? undefined,
		};
	}
	return undefined;
}

/** A move's kind, as in "claim" of "claim:3". */
function nameOf(move: string): string {
	return move.split(":", 1)[0];
}

/** The same transaction with higher fees; undefined if the bound does not allow them. */
export async function raise(
	signer: Signer,
	move: string,
	raw: Hex,
	until: number | undefined,
): Promise<Hex | undefined> {
	const { to, data, value, gas, nonce } = parseTransaction(raw);
	const fees = await raisedFees(signer, move, gas!, raw, until);
	if (fees === undefined) return undefined;
	return signRaw(signer, {
		to: to ?? null,
		data: data ?? "0x",
		value: value ?? 0n,
		gas: gas!,
		nonce: nonce ?? 0,
		...fees,
	});
}

/** Sends a signed transaction. Silence is no failure: it may have arrived, and is sent again later. */
export async function broadcast(connection: Connection, raw: Hex): Promise<void> {
	try {
		await connection.reader.sendRawTransaction({ serializedTransaction: raw });
	} catch (error) {
		// Told of a transaction twice, or after it was mined: its receipt will show.
		if (isAnswer(error) && !isKnownTransaction(error)) throw error;
	}
}
