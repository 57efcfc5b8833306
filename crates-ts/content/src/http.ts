import { setTimeout as sleep } from "node:timers/promises";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { MOST_BLOCK } from "./block-store.ts";

/** Milliseconds in which a server has to have given or taken a block. */
export const TIMEOUT = 60_000;

/** Milliseconds before a connection that broke is tried again: a server may have closed it while it was idle. */
const AGAIN = [50, 500];

/**
 * Asks a server; again if the connection breaks before it answers, as all that is asked here may be asked twice.
 *
 * @throws UmpireError (to be tried again) if it does not answer
 */
export async function ask(
	place: string,
	send: (signal: AbortSignal) => Promise<Response>,
	timeout: number = TIMEOUT,
): Promise<Response> {
	const signal = AbortSignal.timeout(timeout);
	for (let tries = 0; ; tries++) {
		try {
			return await send(signal);
		} catch (cause) {
			if (cause instanceof UmpireError) throw cause;
			if (signal.aborted || tries === AGAIN.length) throw silent(place, cause);
			await sleep(AGAIN[tries]);
		}
	}
}

/** The body of an answer, up to `most` bytes. @throws UmpireError if it is longer, or stops in the middle */
export async function bodyOf(response: Response, place: string, most = MOST_BLOCK): Promise<Uint8Array> {
	const parts: Uint8Array[] = [];
	let size = 0;
	try {
		for await (const part of response.body ?? []) {
			size += part.length;
			if (size > most) throw new UmpireError("STORED", `${place} sends more than ${most} bytes for a block`);
			parts.push(part);
		}
	} catch (cause) {
		throw cause instanceof UmpireError ? cause : silent(place, cause);
	}
	return Buffer.concat(parts);
}

/** What a server refuses, with what it says about it. */
export async function refusal(place: string, response: Response, what: string): Promise<UmpireError> {
	const said = new TextDecoder().decode(await bodyOf(response, place, 65_536).catch(() => new Uint8Array()));
	const reason = /<Code>([^<]{1,100})<\/Code>/.exec(said)?.[1] ?? messageIn(said);
	const { status } = response;
	return new UmpireError(
		"STORED",
		`${place} answers ${status}${reason === undefined ? "" : ` (${reason})`} when it is asked to ${what}`,
		{
			...(status === 401 || status === 403
				? { advice: "check the credentials, and what they may do there." }
				: {}),
			retryable: status >= 500 || status === 429,
		},
	);
}

function messageIn(said: string): string | undefined {
	try {
		const { Message } = JSON.parse(said) as { Message?: unknown };
		return typeof Message === "string" ? Message.slice(0, 200) : undefined;
	} catch {
		return undefined;
	}
}

const silent = (place: string, cause: unknown): UmpireError =>
	new UmpireError("STORED", `${place} does not answer`, { retryable: true, cause });
