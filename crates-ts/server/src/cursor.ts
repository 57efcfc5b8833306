import { z } from "zod";
import { Refusal } from "./failures.ts";

/** What every list takes. */
export const listQuery = z.object({
	limit: z.coerce.number().int().min(1).max(100).default(50),
	order: z.enum(["asc", "desc"]).default("desc").describe("desc: the newest first"),
	cursor: z.string().max(200).optional().describe("`next` of the page before"),
});

/** The text that names the place where a page ended. */
export const cursorOf = (next: readonly [number, string | number] | undefined): string | null =>
	next === undefined ? null : Buffer.from(JSON.stringify(next)).toString("base64url");

/**
 * The place that a cursor names.
 *
 * @throws Refusal if it is none of ours
 */
export function placeIn(cursor: string | undefined): [number, string] | undefined {
	if (cursor === undefined) return undefined;
	try {
		const [number, id] = place.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
		return [number, String(id)];
	} catch {
		throw new Refusal(
			400,
			"CURSOR",
			"The cursor is not one that this server gave.",
			"begin without ?cursor=.",
		);
	}
}

const place = z.tuple([z.int(), z.union([z.string().max(200), z.int().max(2 ** 31 - 1)])]);
