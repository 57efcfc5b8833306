import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { z } from "zod";

type Status = 400 | 403 | 404 | 409 | 410 | 422;
/** An answer that ends a request. */
export const refused = (status: Status, message: string): HTTPException =>
	new HTTPException(status, { message });

/** Reads a JSON body. Throws what is answered with 400. */
export async function read<T extends z.ZodType>(c: Context, schema: T): Promise<z.infer<T>> {
	const text = await c.req.text();
	let value: unknown;
	try {
		value = JSON.parse(text, storable);
	} catch (error) {
		if (error instanceof HTTPException) throw error;
		throw refused(400, "The body is no JSON.");
	}
	return requireFit(schema, value, "body");
}

/** Databases keep neither halves of characters nor U+0000: whoever sends some would be told to try again for ever. */
function storable(key: string, value: unknown): unknown {
	for (const text of [key, value]) {
		if (typeof text === "string" && (!text.isWellFormed() || text.includes("\0")))
			throw refused(400, "The body has text that is none: U+0000, or half of a character.");
	}
	return value;
}

export function requireFit<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
	const checked = schema.safeParse(value);
	if (!checked.success) throw refused(400, `The ${what} does not fit: ${issueOf(checked.error)}.`);
	return checked.data;
}

/** The first thing that is wrong, in one line. */
export function issueOf({ issues: [issue] }: z.ZodError): string {
	const path = issue.path.map(String).join(".");
	return `${path === "" ? "" : `${path}: `}${issue.message}`.slice(0, 300);
}

/** Foreign text in a message. */
export const shown = (text: string): string => text.replace(/[^\w.-]/g, "?").slice(0, 40);

/** A file as an answer, or 404. */
export function stream(c: Context, file: { size: number; body: ReadableStream } | undefined): Response {
	if (file === undefined) return c.json({ error: "That is not here." }, 404);
	const headers = { "content-length": String(file.size), "content-type": "application/octet-stream" };
	if (c.req.method !== "HEAD") return c.body(file.body, 200, headers);
	void file.body.cancel();
	return c.body(null, 200, headers);
}
