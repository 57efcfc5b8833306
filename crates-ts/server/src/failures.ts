import { ChainError, RevertError } from "@umpire/chain/errors.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Failure } from "@umpire/indexer/answers.ts";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";

export type FailureStatus = 400 | 403 | 404 | 405 | 408 | 413 | 415 | 422 | 429 | 500 | 503;

/** Why a request is refused, as its answer says it. */
export class Refusal extends Error {
	readonly status: FailureStatus;
	readonly code: string;
	readonly help: string;

	constructor(status: FailureStatus, code: string, message: string, help: string) {
		super(message);
		this.status = status;
		this.code = code;
		this.help = help;
	}
}

/** There is no such thing. */
export const unknown = (what: string, help: string): Refusal => new Refusal(404, "NOT_FOUND", what, help);

const CODES: Readonly<Record<number, string>> = { 413: "TOO_LARGE", 404: "NOT_FOUND", 405: "METHOD" };

function refusalOf(error: unknown): Refusal | undefined {
	if (error instanceof Refusal) return error;
	if (error instanceof HTTPException) {
		const status = error.status as FailureStatus;
		return new Refusal(status, CODES[status] ?? "REQUEST", sentence(error.message), "see /openapi.json.");
	}
	if (error instanceof RevertError) {
		return new Refusal(
			422,
			error.code,
			error.found,
			error.advice ?? "the chain is as it is: change what is asked.",
		);
	}
	if (!(error instanceof UmpireError)) return undefined;
	const { code, found, advice } = error;
	if (error.retryable || code === "STORED")
		return new Refusal(503, code, found, advice ?? "try again later.");
	if (code === "NOT_FOUND") return unknown(found, advice ?? "see the list.");
	// What a wallet would be refused, too.
	if (error instanceof ChainError) return new Refusal(422, code, found, advice ?? "change what is asked.");
	return new Refusal(400, code, found, advice ?? "see /openapi.json.");
}

const sentence = (text: string): string => (text === "" ? "The request is not understood." : text);

/**
 * The answer to a request that failed; what was not foreseen is told to the operator, and says nothing of itself to
 * whoever asked.
 */
export function answerFailure(context: Context, error: unknown, warn: (line: string) => void): Response {
	let refusal = refusalOf(error);
	if (refusal === undefined) {
		const { method, path } = context.req;
		warn(
			`A defect of Umpire: ${method} ${path}: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
		);
		refusal = new Refusal(
			500,
			"DEFECT",
			"This could not be answered.",
			"whoever runs this server finds why in its log.",
		);
	}
	return context.json(bodyOf(refusal), refusal.status);
}

export function bodyOf({ code, message, help }: Refusal): Failure {
	return { error: { code, message, help } };
}
