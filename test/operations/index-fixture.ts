import { ChainIndex, type IndexSource } from "@umpire/indexer/chain-index.ts";
import { type Database, openPglite } from "@umpire/indexer/database.ts";
import { sql } from "kysely";

export const SCHEMA = "umpire";

/** The oldest block that an index follows. */
export async function oldestOf({ db, schema }: Database): Promise<number> {
	const { value } = await db.withSchema(schema).selectFrom("meta").select("value").executeTakeFirstOrThrow();
	const { blocks } = JSON.parse(value) as { readonly blocks: readonly { readonly number: string }[] };
	return Number.parseInt(blocks[0].number, 10);
}

/**
 * Everything that an index holds, in an order of its own.
 *
 * @param oldest the block up to which versions that a later one replaced are left out, as if they were forgotten
 */
export async function contentsOf({ db, schema }: Database, oldest = -1): Promise<Record<string, unknown[]>> {
	const versions = sql.id(schema, "versions");
	const replaced = sql`exists (select 1 from ${versions} w where w.kind = t.kind and w.id = t.id
		and w.block <= ${oldest} and (w.block, w.log_index) > (t.block, t.log_index))`;
	const contents: Record<string, unknown[]> = {};
	for (const table of ["events", "items", "versions"] as const) {
		const { rows } = await sql<{
			row: string;
		}>`select row(t.*)::text as row from ${sql.id(schema, table)} t
			where ${table === "versions" ? sql`not (t.block <= ${oldest} and ${replaced})` : sql`true`}`.execute(
			db,
		);
		contents[table] = rows.map(({ row }) => row).sort();
	}
	return contents;
}

/** What an index made from scratch holds. */
export async function fromScratch(
	folder: string,
	source: IndexSource,
	oldest?: number,
): Promise<Record<string, unknown[]>> {
	const database = await openPglite(folder, SCHEMA);
	try {
		await (await ChainIndex.open(database, source)).rebuild();
		return await contentsOf(database, oldest);
	} finally {
		await database.close();
	}
}
