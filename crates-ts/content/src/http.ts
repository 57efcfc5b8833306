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

/** Redirects that are followed. */
const MOST_REDIRECTS = 3;

/**
 * Reads an address with GET or HEAD. A server is followed to its own host and to those below it, as gateways have one
 * for each identifier: it must not send whoever reads from it to places inside his network.
 *
 * @returns the last answer, a redirect itself if it leads elsewhere
 */
export async function fetchFrom(address: URL, init: RequestInit): Promise<Response> {
	let at = address;
	for (let left = MOST_REDIRECTS; ; left--) {
		const response = await fetch(at, { ...init, redirect: "manual" });
		const location = response.headers.get("location");
		if (response.status < 300 || response.status > 399 || location === null || left === 0) return response;
		const next = URL.canParse(location, at) ? new URL(location, at) : undefined;
		if (next === undefined || !isWithin(next, address)) return response;
		await response.body?.cancel();
		at = next;
	}
}

function isWithin(next: URL, { protocol, hostname, port }: URL): boolean {
	const isBelow = next.hostname === hostname || next.hostname.endsWith(`.${hostname}`);
	return isBelow && next.protocol === protocol && next.port === port;
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
			...(status >= 300 && status < 400 ? { advice: "it sends on to another place: name that one." } : {}),
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
