import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { page } from "@umpire/indexer/answers.ts";
import type { Change } from "@umpire/indexer/chain-index.ts";
import { placeOf } from "@umpire/indexer/event-reader.ts";
import { event, role } from "@umpire/indexer/fields.ts";
import { hasEvent, listEvents } from "@umpire/indexer/read-index.ts";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { cursorOf, eventPlaceIn, listQuery } from "./cursor.ts";
import { Refusal } from "./failures.ts";
import { headOf } from "./head.ts";
import { REFUSED } from "./list-routes.ts";
import type { Served } from "./served.ts";

/** Streams at once: each holds a connection. */
const MOST_STREAMS = 500;
/** Changes that a slow reader may be behind; it is told to begin again then. */
const MOST_WAITING = 1_000;
/** Milliseconds after which a quiet stream shows that it is there. */
const QUIET = 15_000;
/** Events that are read for a replay at once. */
const REPLAYED = 500;

const route = createRoute({
	method: "get",
	path: "/v1/events",
	summary: "events: a page, or with Accept: text/event-stream a stream, which goes on after Last-Event-ID",
	request: {
		query: listQuery.extend({
			contract: role.optional(),
			name: z
				.string()
				.regex(/^\w{1,40}$/)
				.optional(),
		}),
	},
	responses: {
		200: { description: "one page of events", content: { "application/json": { schema: page(event) } } },
		...REFUSED,
	},
});

/** `GET /v1/events` */
export function addEvents(app: OpenAPIHono, served: Served): void {
	let streams = 0;
	app.use("/v1/events", async (context, next) => {
		if (!/text\/event-stream/.test(context.req.header("accept") ?? "")) return next();
		// Nobody reads what would be streamed, so that nobody would end it.
		if (context.req.method === "HEAD")
			return context.body(null, 200, { "content-type": "text/event-stream" });
		if (streams >= MOST_STREAMS) {
			throw new Refusal(503, "BUSY", "Too many streams are open.", "try again later.");
		}
		const after = context.req.header("last-event-id");
		if (after !== undefined && after !== "" && placeOf(after) === undefined) {
			throw new Refusal(
				400,
				"LAST_EVENT_ID",
				"Last-Event-ID is not of this stream.",
				"leave it out to begin now.",
			);
		}
		streams++;
		return streamOf(context, served, after === "" ? undefined : after, () => {
			streams--;
		});
	});
	app.openapi(route, async (context) => {
		const { contract, name, limit, order, cursor } = context.req.valid("query");
		const { database, head } = headOf(served.index());
		const after = eventPlaceIn(cursor);
		const listed = await listEvents(database, { contract, name, limit, order, after });
		return context.json({ items: listed.items, next: cursorOf(listed.next), head }, 200);
	});
}

/** What is told from now on, after what was told since the event with the id `after`. */
function streamOf(context: Context, served: Served, after: string | undefined, ended: () => void): Response {
	const index = served.index();
	return streamSSE(context, async (stream) => {
		let waiting: Change[] | undefined = [];
		let wake = () => {};
		const unsubscribe = index.subscribe((change) => {
			if (waiting !== undefined && waiting.push(change) > MOST_WAITING) waiting = undefined;
			wake();
		});
		stream.onAbort(() => wake());
		const tell = (name: string, data: unknown, id?: string) =>
			stream.writeSSE({ event: name, data: JSON.stringify(data), ...(id === undefined ? {} : { id }) });
		const head = () => (index.head === undefined ? null : headOf(index).head);
		try {
			let told: readonly [number, number] | undefined;
			if (after !== undefined) {
				if (await hasEvent(index.database, after)) {
					const { block, logIndex } = placeOf(after)!;
					told = [block, logIndex];
				} else await tell("reset", { head: head() });
			}
			// What was written meanwhile is read from the database, too.
			let next = told;
			while (next !== undefined && !stream.aborted) {
				const page = await listEvents(index.database, { limit: REPLAYED, order: "asc", after: next });
				for (const item of page.items) {
					await tell("event", item, item.id);
					told = [item.block, item.logIndex];
				}
				next = page.next;
			}
			if (head() !== null) await tell("head", head());
			while (!stream.aborted) {
				const changes = waiting;
				if (changes === undefined || served.index() !== index) {
					// The reader is too slow, or the index is another's: it asks again.
					await tell("reset", { head: head() });
					return;
				}
				waiting = [];
				for (const { rollback, events, head: at } of changes) {
					if (rollback !== undefined) {
						await tell("rollback", { block: rollback }, "");
						if (told !== undefined && told[0] >= rollback) told = [rollback - 1, Number.MAX_SAFE_INTEGER];
					}
					if (events === undefined) await tell("reset", { head: head() });
					for (const item of events ?? []) {
						if (told !== undefined && !isAfter([item.block, item.logIndex], told)) continue;
						await tell("event", item, item.id);
						told = [item.block, item.logIndex];
					}
					await tell("head", { number: Number(at.number), hash: at.hash, time: Number(at.timestamp) });
				}
				if (waiting?.length === 0 && changes.length === 0) await stream.write(": still here\n\n");
				if (waiting?.length === 0 && !stream.aborted) {
					await new Promise<void>((resolve) => {
						const timer = setTimeout(resolve, QUIET);
						wake = () => {
							clearTimeout(timer);
							resolve();
						};
					});
				}
			}
		} finally {
			unsubscribe();
			ended();
		}
	});
}

const isAfter = (one: readonly [number, number], other: readonly [number, number]): boolean =>
	one[0] !== other[0] ? one[0] > other[0] : one[1] > other[1];
