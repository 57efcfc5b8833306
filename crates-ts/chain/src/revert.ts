import {
	BaseError,
	ContractFunctionRevertedError,
	HttpRequestError,
	InsufficientFundsError,
	TimeoutError,
} from "viem";
import { ChainError } from "./errors.ts";

/**
 * Turns what viem throws into one line for the user.
 *
 * @param what the action that failed, as in "sending challenge"
 */
export function explain(error: unknown, what: string): ChainError {
	if (error instanceof ChainError) return error;
	if (!(error instanceof BaseError)) {
		return new ChainError(
			`${what} failed: ${error instanceof Error ? firstLine(error.message) : String(error)}`,
			{
				cause: error,
			},
		);
	}
	const name = revertName(error);
	if (name !== undefined)
		return new ChainError(`${what} failed: the contract refuses it (${name}).`, { cause: error });
	const lacksFunds =
		error.walk((cause) => cause instanceof InsufficientFundsError) !== null ||
		/(doesn't have enough|insufficient) funds/i.test(`${error.details} ${error.message}`);
	if (lacksFunds) {
		return new ChainError(
			`${what} failed: the account has too little ether for the value and the gas; fund it and try again.`,
			{
				cause: error,
			},
		);
	}
	const offline =
		error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError) !== null;
	if (offline)
		return new ChainError(`${what} failed: the RPC node does not answer any more.`, {
			cause: error,
			retry: true,
		});
	return new ChainError(`${what} failed: ${firstLine(error.details || error.shortMessage)}`, {
		cause: error,
	});
}

/** The custom error (with its arguments) or the reason with which a call reverted; undefined if it failed otherwise. */
export function revertName(error: unknown): string | undefined {
	if (!(error instanceof BaseError)) return undefined;
	const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
	if (!(reverted instanceof ContractFunctionRevertedError)) return undefined;
	if (reverted.data !== undefined) {
		const args = (reverted.data.args ?? []).map(String).join(", ");
		return `${reverted.data.errorName}${args === "" ? "" : `(${args})`}`;
	}
	return reverted.reason ?? reverted.signature ?? "no reason given";
}

function firstLine(text: string): string {
	return text.split("\n", 1)[0]!;
}
