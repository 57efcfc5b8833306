import { sql } from "kysely";
import type { Database } from "./database.ts";
import { hasRefs, itemOf, rowsOf } from "./draft.ts";
import { placeOf } from "./event-reader.ts";
import type { EventItem } from "./fields.ts";
import type { Item, Kind } from "./items.ts";

/** Which items of a kind, in which order. */
export interface Page {
	/** Words and what they refer to, as in `status live`; all must fit. */
	readonly refs?: readonly string[];
	readonly limit: number;
	readonly order: "asc" | "desc";
	/** Where the page before ended. */
	readonly after?: readonly [number: number, id: string] | undefined;
}

/** One page of items; `next` is undefined after the last one. */
export interface Listed<T> {
	readonly items: T[];
	readonly next: readonly [number: number, id: string] | undefined;
}

export async function listItems<K extends Kind>(
	{ db, schema }: Database,
	kind: K,
	{ refs = [], limit, order, after }: Page,
): Promise<Listed<Item<K>>> {
	let query = rowsOf(db, schema, kind);
	if (refs.length > 0) query = query.where(hasRefs(refs));
	if (after !== undefined) {
		const [number, id] = after;
		query = query.where(
			order === "asc"
				? sql<boolean>`(number, id) > (${number}, ${id})`
				: sql<boolean>`(number, id) < (${number}, ${id})`,
		);
	}
	const rows = await query
		.orderBy("number", order)
		.orderBy("id", order)
		.limit(limit + 1)
		.execute();
	const shown = rows.slice(0, limit);
	const last = shown.at(-1);
	return {
		items: shown.map((row) => itemOf<K>(row)),
		next: rows.length > limit && last !== undefined ? [Number(last.number), last.id] : undefined,
	};
}

export async function findItem<K extends Kind>(
	{ db, schema }: Database,
	kind: K,
	id: string | number,
): Promise<Item<K> | undefined> {
	const row = await rowsOf(db, schema, kind).where("id", "=", String(id)).executeTakeFirst();
	return row === undefined ? undefined : itemOf<K>(row);
}

/** The program with a number in the registry. */
export async function findProgram({ db, schema }: Database, number: number) {
	const row = await rowsOf(db, schema, "program").where("number", "=", number).executeTakeFirst();
	return row === undefined ? undefined : itemOf<"program">(row);
}

/** Which events, in the order of the chain or against it. */
export interface EventPage {
	readonly contract?: string | undefined;
	readonly name?: string | undefined;
	readonly limit: number;
	readonly order: "asc" | "desc";
	/** Block and place of the last one of the page before. */
	readonly after?: readonly [block: number, logIndex: number] | undefined;
}

export async function listEvents(
	{ db, schema }: Database,
	{ contract, name, limit, order, after }: EventPage,
): Promise<{ items: EventItem[]; next: readonly [number, number] | undefined }> {
	let query = db.withSchema(schema).selectFrom("events").select("data");
	if (contract !== undefined) query = query.where("contract", "=", contract);
	if (name !== undefined) query = query.where("name", "=", name);
	if (after !== undefined) {
		const [block, logIndex] = after;
		query = query.where(
			order === "asc"
				? sql<boolean>`(block, log_index) > (${block}, ${logIndex})`
				: sql<boolean>`(block, log_index) < (${block}, ${logIndex})`,
		);
	}
	const rows = await query
		.orderBy("block", order)
		.orderBy("log_index", order)
		.limit(limit + 1)
		.execute();
	const items = rows.slice(0, limit).map(({ data }) => eventOf(data));
	const last = items.at(-1);
	const goesOn = rows.length > limit && last !== undefined;
	return { items, next: goesOn ? [last.block, last.logIndex] : undefined };
}

/** Whether the event that an id names is (still) there. */
export async function hasEvent({ db, schema }: Database, id: string): Promise<boolean> {
	const place = placeOf(id);
	if (place === undefined) return false;
	const row = await db
		.withSchema(schema)
		.selectFrom("events")
		.select("block_hash")
		.where("block", "=", place.block)
		.where("log_index", "=", place.logIndex)
		.executeTakeFirst();
	return row?.block_hash.startsWith(place.hash) ?? false;
}

const eventOf = (data: string): EventItem =>
	(typeof data === "string" ? JSON.parse(data) : data) as EventItem;

/** How many items of each kind and status there are. */
export async function countItems({ db, schema }: Database): Promise<Map<string, number>> {
	const status = sql<string>`coalesce((select r from unnest(refs) r where r like 'status %' limit 1), '')`;
	const rows = await db
		.withSchema(schema)
		.selectFrom("items")
		.select(["kind", status.as("status"), sql<string>`count(*)`.as("count")])
		.groupBy(["kind", "status"])
		.execute();
	const counts = new Map<string, number>();
	for (const row of rows) {
		const all = counts.get(row.kind) ?? 0;
		counts.set(row.kind, all + Number(row.count));
		if (row.status !== "") counts.set(`${row.kind} ${row.status.slice(7)}`, Number(row.count));
	}
	return counts;
}

export async function countEvents({ db, schema }: Database): Promise<number> {
	const row = await db
		.withSchema(schema)
		.selectFrom("events")
		.select(sql<string>`count(*)`.as("count"))
		.executeTakeFirstOrThrow();
	return Number(row.count);
}

/** The sum of a field over the items of a kind that have these references. */
export async function sumOf(
	{ db, schema }: Database,
	kind: Kind,
	field: string,
	refs: readonly string[],
): Promise<bigint> {
	const row = await db
		.withSchema(schema)
		.selectFrom("items")
		.select(sql<string>`coalesce(sum((data->>${field})::numeric), 0)::text`.as("sum"))
		.where("kind", "=", kind)
		.where(hasRefs(refs))
		.executeTakeFirstOrThrow();
	return BigInt(row.sum);
}

/** Claims by the first second of the day (UTC) that they were made in, of the last `days` days that have any. */
export async function claimsPerDay({ db, schema }: Database, days: number) {
	const day = sql<string>`((data->'made'->>'time')::bigint / 86400) * 86400`;
	const rows = await db
		.withSchema(schema)
		.selectFrom("items")
		.select([day.as("day"), sql<string>`count(*)`.as("claims")])
		.where("kind", "=", "claim")
		.groupBy("day")
		.orderBy("day", "desc")
		.limit(days)
		.execute();
	return rows.map((row) => ({ day: Number(row.day), claims: Number(row.claims) })).reverse();
}
