import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import {
	type Account,
	type Address,
	type Chain,
	parseEventLogs,
	type Transport,
	type WalletClient,
	zeroAddress,
} from "viem";
import type { PreparedInputs } from "./inputs.ts";
import { explained, marketWithErrors, type OpenMarket } from "./market.ts";
import type { LoadedProgram } from "./program.ts";

/** A wallet with an account and a chain. */
export type Wallet = WalletClient<Transport, Chain, Account>;

export interface RequestTerms {
	/** Wei. */
	readonly fee: bigint;
	/** Seconds from the newest block in which a claim is accepted; a day unless told. */
	readonly within?: number | undefined;
	/** The contract that is told of the answer. */
	readonly consumer?: Address | undefined;
}

/** A request that was mined. */
export interface Requested {
	readonly request: bigint;
	readonly transaction: Hex;
	/** The block that it is in: where to read events from. */
	readonly block: bigint;
}

const DAY = 86_400;

/** What `request` sends, to simulate it or to hand it to a wallet; the deadline counts from the newest block. */
export async function requestCall(
	{ client, market }: OpenMarket,
	{ root }: Pick<LoadedProgram, "root">,
	inputs: Pick<PreparedInputs, "root">,
	{ fee, within = DAY, consumer = zeroAddress }: RequestTerms,
) {
	if (!(Number.isInteger(within) && within > 0)) {
		throw new UmpireError("OPTION", `within is a positive whole number of seconds, not ${within}.`);
	}
	const { timestamp } = await client.getBlock().catch((error: unknown) => {
		throw explained(error, "The newest block is not to be had", "try again, or another RPC node.");
	});
	const question = {
		program: root,
		inputsRoot: inputs.root,
		deadline: timestamp + BigInt(within),
		consumer,
		submitter: zeroAddress,
		exclusiveUntil: 0n,
		isSealed: false,
	};
	return {
		address: market,
		abi: marketWithErrors,
		functionName: "request",
		args: [question],
		value: fee,
	} as const;
}

/**
 * Asks, and waits until that is mined. It is simulated first: what the market would refuse is not paid for.
 *
 * @throws UmpireError if the market refuses it, or the wallet does
 */
export async function request(
	market: OpenMarket,
	wallet: Wallet,
	program: Pick<LoadedProgram, "root">,
	inputs: Pick<PreparedInputs, "root">,
	terms: RequestTerms,
): Promise<Requested> {
	const { client } = market;
	const call = await requestCall(market, program, inputs, terms);
	const refused = (error: unknown): never => {
		throw explained(error, "The request was not made", "check the wallet's account, chain and balance.");
	};
	await client.simulateContract({ ...call, account: wallet.account }).catch(refused);
	const transaction = await wallet.writeContract(call).catch(refused);
	const { logs, blockNumber, status } = await client
		.waitForTransactionReceipt({ hash: transaction })
		.catch(refused);
	const [event] = parseEventLogs({ abi: marketWithErrors, logs, eventName: "Requested" });
	if (status !== "success" || event === undefined) {
		throw new UmpireError("REVERT", `The transaction ${transaction} made no request`, {
			advice: "look at it in an explorer, and ask again.",
		});
	}
	return { request: event.args.request, transaction, block: blockNumber };
}

/**
 * Has the fee of an unanswered request paid back, after its deadline; `withdraw` takes it. There is no way to cancel a
 * request before: submitters rely on the fee.
 *
 * @throws UmpireError if the deadline is not past, or the request has a claim
 */
export const refund = (market: OpenMarket, wallet: Wallet, id: bigint): Promise<Hex> =>
	sendTo(market, wallet, { functionName: "refund", args: [id] }, `Request ${id} was not refunded`);

/** Takes what the market owes the wallet's account. */
export const withdraw = (market: OpenMarket, wallet: Wallet): Promise<Hex> =>
	sendTo(market, wallet, { functionName: "withdraw", args: [] }, "Nothing was withdrawn");

/** Makes a claim final whose challenge period is over: anyone may, if the submitter does not. */
export const finalise = (market: OpenMarket, wallet: Wallet, claim: bigint): Promise<Hex> =>
	sendTo(market, wallet, { functionName: "finalise", args: [claim] }, `Claim ${claim} was not made final`);

type Sendable =
	| { readonly functionName: "refund" | "finalise"; readonly args: readonly [bigint] }
	| { readonly functionName: "withdraw"; readonly args: readonly [] };

async function sendTo(
	{ client, market }: OpenMarket,
	wallet: Wallet,
	call: Sendable,
	what: string,
): Promise<Hex> {
	const sent = { address: market, abi: marketWithErrors, ...call } as const;
	try {
		await client.simulateContract({ ...sent, account: wallet.account } as never);
		const hash = await wallet.writeContract(sent as never);
		const { status } = await client.waitForTransactionReceipt({ hash });
		if (status === "success") return hash;
	} catch (error) {
		throw explained(error, what, "check the wallet's account, chain and balance.");
	}
	throw new UmpireError("REVERT", what, {
		advice: "something else came first: look again.",
		retryable: true,
	});
}
