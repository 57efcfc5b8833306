import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { ContentStore } from "@umpire/store/content-store.ts";
import type { PageViews } from "./page-views.ts";

/** Milliseconds between two looks for a new block, for those who listen. */
const LOOK = 1000;
/** Browsers that may listen at once. */
const MOST_LISTENERS = 200;
/** Looks without a new block after which a listener is shown that somebody is there. */
const QUIET = 15;
/** Messages that a listener may be behind: its browser asks again. */
const MOST_BEHIND = 60;
/** Bytes of content that is given. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * What pages are made from, over HTTP: `/v1/pages/overview`, `/v1/pages/{claims,disputes,programs}/NUMBER`, the stream
 * `/v1/pages/heads` (one event `head` for each new block), and what a browser needs to compute a claim itself:
 * `/v1/content/{programs,inputs}/ROOT`.
 *
 * @returns a handler, which gives undefined for other paths
 */
export function pageRoutes(
	views: PageViews,
	content: ContentStore,
): (request: Request) => Promise<Response | undefined> {
	const listeners = new Listeners(views);
	return async (request) => {
		const { pathname } = new URL(request.url);
		if (!pathname.startsWith("/v1/pages/") && !pathname.startsWith("/v1/content/")) return undefined;
		if (request.method !== "GET" && request.method !== "HEAD") {
			return refusal(405, "METHOD", `${request.method} is not taken here`, "ask with GET.");
		}
		try {
			if (pathname === "/v1/pages/heads") {
				// Nobody reads what would be streamed, so that nobody would end it.
				return request.method === "HEAD" ? new Response(null, { headers: STREAM }) : listeners.listen();
			}
			if (pathname.startsWith("/v1/content/")) return await contentOf(content, pathname, request.method);
			return await page(views, pathname);
		} catch (error) {
			if (error instanceof UmpireError) {
				const status = error.code === "NOT_FOUND" ? 404 : error.retryable ? 503 : 500;
				return refusal(status, error.code, error.message, "try again, or look at the overview.");
			}
			return refusal(500, "INTERNAL", "This could not be answered", "the server\u2019s log says why.");
		}
	};
}

async function page(views: PageViews, pathname: string): Promise<Response> {
	if (pathname === "/v1/pages/overview") return json(await views.overview());
	const found = /^\/v1\/pages\/(claims|disputes|programs)\/([1-9]\d{0,14})$/.exec(pathname);
	if (found === null) return refusal(404, "NOT_FOUND", "There is no such page", "see the overview.");
	const number = Number(found[2]);
	const view =
		found[1] === "disputes"
			? await views.dispute(number)
			: found[1] === "claims"
				? await views.claim(number)
				: await views.program(number);
	if (view !== undefined) return json(view);
	const what = found[1] === "claims" ? "claim" : "program";
	return refusal(
		404,
		"NOT_FOUND",
		`There is no ${what} ${number}.`,
		`The list of ${what}s says what there is.`,
	);
}

/** Programs and inputs are checked by whoever takes them, by their root. */
async function contentOf(content: ContentStore, pathname: string, method: string): Promise<Response> {
	const found = /^\/v1\/content\/(programs|inputs)\/(0x[0-9a-f]{64})$/.exec(pathname);
	const missing = refusal(
		404,
		"NOT_FOUND",
		"That is not in this home folder",
		"umpire inputs put brings it.",
	);
	if (found === null) return missing;
	const [kind, root] = [found[1] as "programs" | "inputs", found[2] as Hex];
	const stamp = await content.stamp(kind, root);
	if (stamp === null) return missing;
	if (stamp.size > MOST_BYTES) {
		return refusal(413, "TOO_LARGE", "That is too large for a browser", "umpire run computes it.");
	}
	const headers = {
		"content-type": "application/octet-stream",
		"content-length": String(stamp.size),
		"cache-control": "public, max-age=31536000, immutable",
	};
	if (method === "HEAD") return new Response(null, { headers });
	const path = content.pathOf?.(kind, root);
	if (path !== undefined) {
		// As it is taken: whoever asks often and reads nothing would fill the memory.
		const file = await open(path);
		const end = Math.max(0, stamp.size - 1);
		return new Response(Readable.toWeb(file.createReadStream({ end })) as ReadableStream, { headers });
	}
	const bytes = await content.read(kind, root, stamp.size);
	return bytes === null ? missing : new Response(new Uint8Array(bytes), { headers });
}

const json = (value: unknown, status = 200): Response =>
	new Response(JSON.stringify(value), {
		status,
		headers: { "content-type": "application/json", "cache-control": "no-store" },
	});

const refusal = (status: number, code: string, message: string, help: string): Response =>
	json({ error: { code, message, help } }, status);

const STREAM = { "content-type": "text/event-stream", "cache-control": "no-store" };

type Controller = ReadableStreamDefaultController<Uint8Array>;

/** Those who are told of new blocks; the chain is looked at while there is one. */
class Listeners {
	readonly #views: PageViews;
	readonly #all = new Set<Controller>();
	#timer: NodeJS.Timeout | undefined;
	#last = "";
	#quiet = 0;

	constructor(views: PageViews) {
		this.#views = views;
	}

	listen(): Response {
		if (this.#all.size >= MOST_LISTENERS) {
			return refusal(503, "BUSY", "Too many listen already", "try again later.");
		}
		let own: Controller;
		const stream = new ReadableStream<Uint8Array>({
			start: (controller) => {
				own = controller;
				this.#all.add(own);
				if (this.#last !== "") own.enqueue(encoder.encode(this.#last));
				this.#timer ??= setInterval(() => void this.#look(), LOOK);
			},
			cancel: () => this.#drop(own),
		});
		return new Response(stream, { headers: STREAM });
	}

	#drop(controller: Controller): void {
		this.#all.delete(controller);
		if (this.#all.size > 0) return;
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	async #look(): Promise<void> {
		let text: string;
		try {
			const head = await this.#views.head();
			text = `event: head\nid: ${head.number}\ndata: ${JSON.stringify(head)}\n\n`;
		} catch (error) {
			const message = error instanceof UmpireError ? error.message : "The chain could not be read";
			text = `event: trouble\ndata: ${JSON.stringify({ message })}\n\n`;
		}
		if (text !== this.#last) this.#tell(text);
		else if (++this.#quiet >= QUIET) this.#tell(": still here\n\n");
		this.#last = text;
	}

	#tell(text: string): void {
		this.#quiet = 0;
		const bytes = encoder.encode(text);
		for (const controller of this.#all) {
			try {
				// What nobody takes would be kept for ever.
				if ((controller.desiredSize ?? 0) < -MOST_BEHIND) controller.close();
				controller.enqueue(bytes);
			} catch {
				// It is closed: its browser has gone, or does not read.
				this.#drop(controller);
			}
		}
	}
}

const encoder = new TextEncoder();
