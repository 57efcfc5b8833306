import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";
import { Refusal } from "./failures.ts";
import { networkAsking } from "./rate-limit.ts";

/**
 * Lets each address have so many answers of a kind under way: answers that last would otherwise all be one reader's. A
 * place is free again when the answer ends, or its connection.
 *
 * @param isKind which requests are meant
 */
export function placesFor(most: number, isKind: (context: Context) => boolean): MiddlewareHandler {
	const taken = new Map<string, number>();
	return async (context, next) => {
		if (!isKind(context) || context.req.method !== "GET") return next();
		const who = networkAsking(context);
		const before = taken.get(who) ?? 0;
		if (before >= most) {
			throw new Refusal(
				429,
				"TOO_MANY",
				`More than ${most} streams of this kind are open from this address.`,
				"close one first; umpire serve --streams says how many there may be.",
			);
		}
		taken.set(who, before + 1);
		(context.env as HttpBindings).outgoing.once("close", () => {
			const left = taken.get(who)! - 1;
			if (left === 0) taken.delete(who);
			else taken.set(who, left);
		});
		return next();
	};
}

/** Whether a request asks for events as they happen. */
export const asksForEvents = ({ req }: Context): boolean =>
	req.path === "/v1/pages/heads" ||
	(req.path === "/v1/events" && /text\/event-stream/.test(req.header("accept") ?? ""));

/** Whether a request asks for all blocks of some content. */
export const asksForCar = ({ req }: Context): boolean =>
	req.path.startsWith("/ipfs/") && /\bcar\b/.test(req.query("format") ?? req.header("accept") ?? "");
