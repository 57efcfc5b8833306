import type { ErrorCode } from "./codes.ts";

/** What an error says beside its code and what was found. */
export interface ErrorDetails {
	/** What would help. */
	readonly advice?: string | undefined;
	/** Whether the failure may pass by itself, so that trying again is the answer. */
	readonly retryable?: boolean;
	/** What it follows from. */
	readonly cause?: unknown;
	/** Between what was found and the advice; ": " unless told. */
	readonly separator?: string;
}

/**
 * A failure that was foreseen, and that somebody can act on. Its message is one line: what was found, and what would
 * help. An error of any other class that leaves Umpire is a defect of Umpire.
 */
export class UmpireError extends Error {
	override readonly name: string = "UmpireError";
	readonly code: ErrorCode;
	/** The short message. */
	readonly found: string;
	/** What would help; undefined where nothing more is to be said than what was found. */
	readonly advice: string | undefined;
	readonly retryable: boolean;

	constructor(code: ErrorCode, found: string, details: ErrorDetails = {}) {
		const { advice, separator = ": ", retryable = false } = details;
		super(
			advice === undefined ? found : `${found}${separator}${advice}`,
			details.cause === undefined ? undefined : { cause: details.cause },
		);
		this.code = code;
		this.found = found;
		this.advice = advice;
		this.retryable = retryable;
	}
}

/** Whether a failure was foreseen and may pass by itself. */
export function isRetryable(error: unknown): boolean {
	return error instanceof UmpireError && error.retryable;
}
