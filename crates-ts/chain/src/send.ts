import type { Hex } from "@umpire/commitment/constants.ts";
import {
	type Abi,
	BaseError,
	type ContractFunctionArgs,
	type ContractFunctionName,
	type ContractFunctionReturnType,
	encodeFunctionData,
	getContractError,
	numberToHex,
	type ReadContractParameters,
} from "viem";
import type { Connection, Signer } from "./connection.ts";
import { feesOf, raisedFees } from "./fees.ts";
import { gasOf } from "./gas.ts";
import { land, type Sent, signRaw } from "./landing.ts";
import { explain, explainReading } from "./revert.ts";

/** A contract at its address. */
export interface Contract<A extends Abi = Abi> {
	readonly address: Hex;
	readonly abi: A;
}

/** Names of what reads a contract, their arguments and what they give, as its ABI has them. */
export type Getter<A extends Abi> = ContractFunctionName<A, "pure" | "view">;
export type GetterArguments<A extends Abi, F extends Getter<A>> = ContractFunctionArgs<A, "pure" | "view", F>;
export type Got<A extends Abi, F extends Getter<A>> = ContractFunctionReturnType<A, "pure" | "view", F>;

/** One call that changes state; `value` in wei. */
export interface Call {
	readonly contract: Contract;
	readonly functionName: string;
	readonly args?: readonly unknown[];
	readonly value?: bigint;
	/** gas that it can come to need beyond what it needs in the newest block's second; 0 by default */
	readonly spare?: bigint;
}

/**
 * Sends one call and waits until it is mined.
 *
 * @throws RevertError if the contract refuses the call, with its error decoded
 * @throws ChainError if funds are missing, or (to be tried again) if it is not mined in time
 */
export async function send(signer: Signer, call: Call): Promise<Sent> {
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
		return await submit(signer, { to: contract.address, data, value, gas }, functionName);
	} catch (error) {
		throw explain(error, functionName);
	}
}

/** Deploys bytecode (constructor arguments included) and waits until it is mined. */
export async function sendDeployment(signer: Signer, name: string, data: Hex): Promise<Hex> {
	const { reader } = signer.connection;
	try {
		const gas = await reader.estimateGas({ account: signer.account, data });
		const sent = await submit(signer, { data, value: 0n, gas }, `deploying ${name}`);
		return sent.created!;
	} catch (error) {
		throw explain(error, `deploying ${name}`);
	}
}

/** Sends ether or data to an account, whatever is there, and waits until it is mined. */
export async function sendTo(
	signer: Signer,
	name: string,
	{ to, data = "0x", value = 0n }: { readonly to: Hex; readonly data?: Hex; readonly value?: bigint },
): Promise<Sent> {
	const { reader } = signer.connection;
	try {
		const gas = await reader.estimateGas({ account: signer.account, to, data, value });
		return await submit(signer, { to, data, value, gas }, name);
	} catch (error) {
		throw explain(error, name);
	}
}

/**
 * Signs a call with a nonce of its own, without sending it.
 *
 * @throws RevertError if the contract refuses the call, with its error decoded
 */
export async function signCall(
	signer: Signer,
	{ contract, functionName, args = [], value = 0n, spare = 0n }: Call,
	how: { move: string; nonce: number; replaced: Hex | undefined; until: number | undefined },
): Promise<Hex> {
	const { reader } = signer.connection;
	const data = encodeFunctionData({ abi: contract.abi, functionName, args });
	const from = signer.account.address;
	const transaction = { from, to: contract.address, data, value: numberToHex(value) };
	try {
		const gas = (await gasOf(reader, transaction)) + spare;
		return await sign(signer, { to: contract.address, data, value, gas }, how);
	} catch (error) {
		const decoded =
			error instanceof BaseError
				? getContractError(error, {
						abi: contract.abi,
						address: contract.address,
						args,
						functionName,
						sender: from,
					})
				: error;
		throw explain(decoded, functionName);
	}
}

async function sign(
	signer: Signer,
	transaction: { to?: Hex; data: Hex; value: bigint; gas: bigint },
	how: { move: string; nonce: number; replaced: Hex | undefined; until: number | undefined },
): Promise<Hex> {
	const { move, nonce, replaced, until } = how;
	// What a call costs can grow between the estimate and the block, e.g. by a slot that another one clears.
	const gas = (transaction.gas * 12n) / 10n + 20_000n;
	// Where the bound leaves nothing to raise, what replaces a transaction has its fees.
	const fees = (await raisedFees(signer, move, gas, replaced, until)) ?? feesOf(replaced!);
	return signRaw(signer, { ...transaction, ...fees, gas, nonce });
}

async function submit(
	signer: Signer,
	transaction: { to?: Hex; data: Hex; value: bigint; gas: bigint },
	move: string,
): Promise<Sent> {
	const { address } = signer.account;
	const nonce = await signer.connection.reader.getTransactionCount({ address, blockTag: "pending" });
	const raw = await sign(signer, transaction, { move, nonce, replaced: undefined, until: undefined });
	return land(signer, { move, nonce, attempts: [raw] });
}

/**
 * Reads from a contract.
 *
 * @param at the hash of the block whose state is read; the newest by default
 * @throws ChainError (to be tried again) if the node does not answer or does not have the block
 */
export async function read<const A extends Abi, F extends Getter<A>>(
	on: { readonly connection: Connection },
	contract: Contract<A>,
	functionName: F,
	args: GetterArguments<A, F>,
	at?: Hex,
): Promise<Got<A, F>> {
	const block = at === undefined ? {} : { blockHash: at };
	try {
		// viem knows that they fit each other only where the contract is a certain one.
		const call = { ...contract, functionName, args, ...block } as unknown as ReadContractParameters;
		return (await on.connection.reader.readContract(call)) as Got<A, F>;
	} catch (error) {
		if (at === undefined) throw explain(error, `reading ${functionName}`);
		throw explainReading(error, functionName);
	}
}
