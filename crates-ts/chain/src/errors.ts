/**
 * What a user can act on: one line that says what was found and what to do.
 * `retry` marks a failure that may pass by itself (exit code 75 instead of 1).
 */
export class UserError extends Error {
	override readonly name: string = "UserError";
	readonly retry: boolean;

	constructor(message: string, options: { cause?: unknown; retry?: boolean } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.retry = options.retry ?? false;
	}
}

/** A failure of the chain: unreachable, the wrong one, no funds, a transaction that reverts. */
export class ChainError extends UserError {
	override readonly name: string = "ChainError";
}

/** The contract refuses a call: what it was derived from is no longer so, or was wrong. */
export class RevertError extends ChainError {
	override readonly name: string = "RevertError";
}
