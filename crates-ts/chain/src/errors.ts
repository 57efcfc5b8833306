import type { ErrorCode } from "@umpire/errors/codes.ts";
import { type ErrorDetails, UmpireError } from "@umpire/errors/umpire-error.ts";

/** A failure of the chain: unreachable, the wrong one, no funds, a transaction that reverts. */
export class ChainError extends UmpireError {
	override readonly name: string = "ChainError";

	constructor(found: string, details: ErrorDetails = {}, code: ErrorCode = "CHAIN") {
		super(code, found, details);
	}
}

/** The contract refuses a call: what it was derived from is no longer so, or was wrong. */
export class RevertError extends ChainError {
	override readonly name: string = "RevertError";

	constructor(found: string, details: ErrorDetails = {}) {
		super(found, details, "REVERT");
	}
}
