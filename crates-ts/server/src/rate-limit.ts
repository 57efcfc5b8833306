import { getConnInfo } from "@hono/node-server/conninfo";
import { networkOf } from "@umpire/store/connection-cap.ts";
import type { Context, MiddlewareHandler } from "hono";
import { bodyOf, Refusal } from "./failures.ts";

/** Addresses that are remembered; the one that has asked least lately is forgotten first. */
const MOST = 10_000;

/**
 * Lets each address ask so many times a second, and twice as many at once. An IPv6 address counts with its /64, which
 * is what one machine has.
 */
export function rateLimit(perSecond: number, now: () => number = () => performance.now()): MiddlewareHandler {
	const buckets = new Map<string, { left: number; at: number }>();
	return async (context, next) => {
		const who = networkAsking(context);
		const time = now();
		const { left, at } = buckets.get(who) ?? { left: 2 * perSecond, at: time };
		const have = Math.min(2 * perSecond, left + ((time - at) / 1000) * perSecond);
		buckets.delete(who);
		buckets.set(who, { left: Math.max(0, have - 1), at: time });
		if (buckets.size > MOST) buckets.delete(buckets.keys().next().value!);
		if (have >= 1) return next();
		const seconds = Math.ceil((1 - have) / perSecond);
		const refusal = new Refusal(
			429,
			"TOO_MANY",
			`More than ${perSecond} requests a second came from this address.`,
			`ask again in ${seconds} s.`,
		);
		return context.json(bodyOf(refusal), 429, { "retry-after": String(seconds) });
	};
}

/** Whose request it is: an address, or the /64 of an IPv6 address. */
export const networkAsking = (context: Context): string =>
	networkOf(getConnInfo(context).remote.address ?? "");
