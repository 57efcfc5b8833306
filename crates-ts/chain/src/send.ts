import type { Hex } from "@umpire/commitment/constants.ts";
import { type Abi, encodeFunctionData, type Log } from "viem";
import type { Connection, Signer } from "./connection.ts";
import { feesOf, raisedFees } from "./fees.ts";
import { land, signRaw } from "./landing.ts";
import { forgetful, type Outbox } from "./outbox.ts";
import { explain, explainReading } from "./revert.ts";

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

/** How a call is sent. */
export interface SendOptions {
	/** Names the move in messages and in the outbox; by default the function's name. */
	readonly move?: string;
	/** Remembers what was sent, so that it can be taken up again; by default it is forgotten. */
	readonly outbox?: Outbox;
	/** The nonce of an earlier transaction for this move that is not mined: at most one of them takes effect. */
	readonly nonce?: number;
	/** The last second (chain time) at which the move helps. */
	readonly until?: number;
}

/**
 * Sends one call and waits until it is mined.
 *
 * @throws RevertError if the contract refuses the call, with its error decoded
 * @throws ChainError if funds are missing, or (to be tried again) if it is not mined in time
 */
export async function send(signer: Signer, call: Call, options: SendOptions = {}): Promise<Sent> {
	const { contract, functionName, args = [], value = 0n } = call;
	const { reader } = signer.connection;
	const move = options.move ?? functionName;
	try {
		const gas = await reader.estimateContractGas({
			...contract,
			functionName,
			args,
			value,
			account: signer.account,
		});
		const data = encodeFunctionData({ abi: contract.abi, functionName, args });
		return await submit(signer, { to: contract.address, data, value, gas }, { ...options, move });
	} catch (error) {
		throw explain(error, functionName);
	}
}

/** Deploys bytecode (constructor arguments included) and waits until it is mined. */
export async function sendDeployment(signer: Signer, name: string, data: Hex): Promise<Hex> {
	const { reader } = signer.connection;
	try {
		const gas = await reader.estimateGas({ account: signer.account, data });
		const sent = await submit(signer, { data, value: 0n, gas }, { move: `deploying ${name}` });
		return sent.created!;
	} catch (error) {
		throw explain(error, `deploying ${name}`);
	}
}

async function submit(
	signer: Signer,
	transaction: { to?: Hex; data: Hex; value: bigint; gas: bigint },
	options: SendOptions & { readonly move: string },
): Promise<Sent> {
	const { move, outbox = forgetful(), until } = options;
	const { address } = signer.account;
	const nonce =
		options.nonce ?? (await signer.connection.reader.getTransactionCount({ address, blockTag: "pending" }));
	// What a call costs can grow between the estimate and the block, e.g. by a slot that another one clears.
	const gas = (transaction.gas * 12n) / 10n + 20_000n;
	const replaced = outbox.at(nonce);
	const attempts = replaced?.move === move ? replaced.attempts : [];
	const fees = await raisedFees(signer, move, replaced?.attempts.at(-1), until);
	if (fees === undefined && attempts.length > 0) {
		return land(signer, { move, nonce, attempts }, outbox, until);
	}
	const signed = fees ?? feesOf(replaced!.attempts.at(-1)!);
	const raw = await signRaw(signer, { ...transaction, ...signed, gas, nonce });
	const outgoing = { move, nonce, attempts: [...attempts, raw] };
	await outbox.remember(outgoing);
	return land(signer, outgoing, outbox, until);
}

/**
 * Reads from a contract.
 *
 * @param at the hash of the block whose state is read; the newest by default
 * @throws ChainError (to be tried again) if the node does not answer or does not have the block
 */
export async function read<T>(
	on: { readonly connection: Connection },
	contract: Contract,
	functionName: string,
	args: readonly unknown[] = [],
	at?: Hex,
): Promise<T> {
	const block = at === undefined ? {} : { blockHash: at };
	try {
		return (await on.connection.reader.readContract({ ...contract, functionName, args, ...block })) as T;
	} catch (error) {
		if (at === undefined) throw explain(error, `reading ${functionName}`);
		throw explainReading(error, functionName);
	}
}
