import type { MiddlewareHandler } from "hono";
import { Refusal } from "./failures.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether what listens on an address is reached from this machine alone. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host) || host === "::1";

/**
 * Of a server on this machine: refuses requests under names that are not this machine's. A page of another origin could
 * have its own name lead here (DNS rebinding), and would then read and write as if it came from here.
 *
 * @param origins whose hosts are taken as well, such as that of a proxy in front
 */
export function ownHost(origins: readonly string[]): MiddlewareHandler {
	const others = new Set(origins.map((origin) => new URL(origin).hostname));
	return async (context, next) => {
		const { hostname } = new URL(context.req.url);
		if (LOOPBACK.test(hostname) || others.has(hostname)) return next();
		throw new Refusal(
			403,
			"HOST",
			"This server is this machine's, and was asked for under another name.",
			"ask 127.0.0.1; for a proxy in front start umpire serve with --cors and its origin.",
		);
	};
}
