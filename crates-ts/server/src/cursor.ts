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
		throw notOurs();
	}
}

/** The same of a list of events: block and place in it. @throws Refusal */
export function eventPlaceIn(cursor: string | undefined): readonly [number, number] | undefined {
	const found = placeIn(cursor);
	if (found === undefined) return undefined;
	const numbers = [found[0], Number(found[1])] as const;
	if (numbers.every((one) => Number.isInteger(one) && one <= MOST_INTEGER)) return numbers;
	throw notOurs();
}

const notOurs = (): Refusal =>
	new Refusal(400, "CURSOR", "The cursor is not one that this server gave.", "begin without ?cursor=.");

/** What the database calls an integer. */
const MOST_INTEGER = 2 ** 31 - 1;
// No identifier has a character that the database does not take.
const name = z.string().regex(/^[\x20-\x7e]{0,200}$/);
const place = z.tuple([z.int().min(0), z.union([name, z.int().min(0).max(MOST_INTEGER)])]);
