import type { MiddlewareHandler } from "hono";

/** Characters of all answers that are kept, and of one: whoever asks chooses how many different ones there are. */
const MOST = 32 * 2 ** 20;
const MOST_OF_ONE = 2 ** 20;

/** Answers to questions that were asked before, as long as nothing is written to the index: most ask for the same. */
export function answerCache(revision: () => string): MiddlewareHandler {
	let of = "";
	let size = 0;
	const answers = new Map<string, { readonly body: string; readonly type: string }>();
	return async (context, next) => {
		if (context.req.method !== "GET" || /event-stream/.test(context.req.header("accept") ?? ""))
			return next();
		const now = revision();
		if (now !== of) {
			answers.clear();
			size = 0;
			of = now;
		}
		const found = answers.get(context.req.url);
		if (found !== undefined) return context.body(found.body, 200, { "content-type": found.type });
		await next();
		if (context.res.status !== 200 || revision() !== now) return;
		const body = await context.res.clone().text();
		const { url } = context.req;
		if (body.length > MOST_OF_ONE || revision() !== now || answers.has(url)) return;
		answers.set(url, { body, type: context.res.headers.get("content-type") ?? "" });
		size += url.length + body.length;
		for (const [oldest, { body: of }] of answers) {
			if (size <= MOST) break;
			answers.delete(oldest);
			size -= oldest.length + of.length;
		}
	};
}
