import {
	BaseError,
	ContractFunctionRevertedError,
	ContractFunctionZeroDataError,
	formatEther,
	HttpRequestError,
	hexToString,
	InsufficientFundsError,
	TimeoutError,
} from "viem";
import { ChainError, RevertError } from "./errors.ts";

/**
 * Turns what viem throws into one line for the user.
 *
 * @param what the action that failed, as in "sending challenge"
 */
export function explain(error: unknown, what: string): ChainError {
	const own = ownError(error);
	if (own !== undefined) return own;
	const fail = (reason: string) => new ChainError(`${what} failed: ${reason}`, { cause: error });
	if (!(error instanceof BaseError)) {
		return fail(error instanceof Error ? firstLine(error.message) : String(error));
	}
	const refusal = revertName(error) ?? /reverted with custom error '(.*)'/.exec(error.details)?.[1];
	if (refusal !== undefined) {
		const found = `${what} failed: the contract refuses it (${refusal})`;
		const advice = boundsText(refusal);
		return advice === undefined
			? new RevertError(`${found}.`, { cause: error })
			: new RevertError(found, { advice, cause: error });
	}
	const said = `${error.details} ${error.message}`;
	const isPoor = error.walk((cause) => cause instanceof InsufficientFundsError) !== null;
	if (isPoor || /(doesn't have enough|insufficient) funds/i.test(said)) {
		return fail("the account has too little ether for the value and the gas; fund it and try again.");
	}
	if (isSilence(error)) {
		const message = `${what} failed: the RPC node does not answer any more.`;
		return new ChainError(message, { cause: error, retryable: true });
	}
	return fail(firstLine(error.details || error.shortMessage));
}

/** The same for reading: whatever fails may pass, by itself or at another endpoint. */
export function explainReading(error: unknown, what: string): ChainError {
	if (error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionZeroDataError)) {
		return new ChainError(`reading ${what} failed: there is no contract at its address any more`, {
			advice:
				"a local chain forgets everything when it stops: run ./just deploy, register anew, and start this again.",
			cause: error,
			retryable: true,
		});
	}
	const { message } = explain(error, `reading ${what}`);
	return new ChainError(message, { cause: error, retryable: true });
}

/** Whether another node of the same chain would answer alike: the call or the transaction itself is refused. */
export function isAnswer(error: unknown): boolean {
	if (!(error instanceof BaseError)) return false;
	const said = `${error.details} ${error.message}`;
	return (
		!isSilence(error) &&
		/revert|insufficient funds|enough funds|nonce|underpriced|known transaction|already known/i.test(said)
	);
}

/** Whether a node refuses a transaction as it was told of it before, or of another with the same nonce. */
export function isKnownTransaction(error: unknown): boolean {
	const said = error instanceof Error ? error.message : "";
	return /already known|known transaction|nonce (is )?too low|underpriced/i.test(said);
}

function isSilentCause(cause: unknown): boolean {
	if (cause instanceof HttpRequestError) {
		// A refusal may come as a client error with a reason; too many requests will pass by themselves.
		const { status } = cause;
		return status === undefined || status < 400 || status >= 500 || status === 408 || status === 429;
	}
	return cause instanceof TimeoutError;
}

/** The error of this package that viem has wrapped, as it does with those of a transport. */
export function ownError(error: unknown): ChainError | undefined {
	if (error instanceof ChainError) return error;
	const cause = error instanceof BaseError ? error.walk((inner) => inner instanceof ChainError) : null;
	return cause instanceof ChainError ? cause : undefined;
}

/** Whether an error means that a node did not answer, rather than that it refused. */
export function isSilence(error: unknown): boolean {
	return error instanceof BaseError && error.walk(isSilentCause) !== null;
}

/** The custom error (with its arguments) or the reason with which a call reverted; undefined if it failed otherwise. */
export function revertName(error: unknown): string | undefined {
	if (!(error instanceof BaseError)) return undefined;
	const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
	if (!(reverted instanceof ContractFunctionRevertedError)) return undefined;
	if (reverted.data !== undefined) {
		const args = (reverted.data.args ?? []).map(argumentText).join(", ");
		return `${reverted.data.errorName}${args === "" ? "" : `(${args})`}`;
	}
	return reverted.reason ?? reverted.signature ?? "no reason given";
}

/** From this number on amounts are told in ether, too. */
const MICROETHER = 10n ** 12n;

/** Of a term that is out of its bounds: what would be taken. */
function boundsText(refusal: string): string | undefined {
	const [, name, given, least, most] = /^InvalidTerm\((\w+), (\d+), (\d+), (\d+)\)$/.exec(refusal) ?? [];
	if (name === undefined) return undefined;
	const text = (amount: string): string => {
		const isMoney = BigInt(amount) >= MICROETHER && !/Seconds$/.test(name);
		return isMoney ? `${amount} (in ether ${formatEther(BigInt(amount))})` : amount;
	};
	if (BigInt(given) < BigInt(least)) return `${name} has to be ${text(least)} or more, not ${text(given)}.`;
	return `${name} has to be ${text(most)} or less, not ${text(given)}.`;
}

/** An argument of an error as text; what is a name in 32 bytes is read as one. */
function argumentText(value: unknown): string {
	const [, name] = /^0x((?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a]){3,})(?:00)+$/.exec(String(value)) ?? [];
	return name === undefined || String(value).length !== 66 ? String(value) : hexToString(`0x${name}`);
}

function firstLine(text: string): string {
	return text.split("\n", 1)[0]!;
}
