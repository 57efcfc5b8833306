import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { lockFolder } from "@umpire/store/folder-lock.ts";
import { Kysely, PGliteDialect, PostgresDialect, sql } from "kysely";
import { Pool } from "pg";

/** The tables of an index. What is kept as JSON is an item or event as the API gives it. */
export interface Tables {
	meta: { key: string; value: string };
	events: {
		block: number;
		log_index: number;
		block_hash: string;
		contract: string;
		name: string;
		data: string;
	};
	/** Items as they are now. */
	items: ItemRow;
	/** Items as each event left them: what a rollback goes back to. */
	versions: ItemRow;
}

export interface ItemRow {
	kind: string;
	id: string;
	number: number | string | bigint;
	refs: string[];
	/** The last event that changed it. */
	block: number;
	log_index: number;
	block_hash: string;
	data: string;
}

/** A database that is open, and the schema in it that an index is in. */
export interface Database {
	readonly db: Kysely<Tables>;
	readonly schema: string;
	/** What people call it. */
	readonly name: string;
	/** A gzipped tar file of all data, to be loaded again; undefined if the database has backups of its own. */
	readonly dump: (() => Promise<Uint8Array>) | undefined;
	close(): Promise<void>;
}

/** Beginnings of versions of what is kept; another one is built anew. */
export const FORMAT = 1;

/**
 * Opens a PostgreSQL database.
 *
 * @param url as in postgres://user:password@host/database; its password is not repeated in messages
 * @throws UmpireError if it does not answer
 */
export async function openPostgres(
	url: string,
	schema: string,
	warn: (line: string) => void,
): Promise<Database> {
	if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
		throw new UmpireError("OPTION", "DATABASE_URL is no address of a PostgreSQL database", {
			advice: "give one such as postgres://user@localhost:5432/umpire.",
		});
	}
	const pool = new Pool({ connectionString: url, max: 8, connectionTimeoutMillis: 10_000 });
	// Connections that wait fail when the database restarts: the next query opens others.
	pool.on("error", () => {});
	const { host } = new URL(url);
	const name = `PostgreSQL at ${host === "" ? "the local socket" : host}`;
	const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
	const open = { db, schema, name, dump: undefined, close: () => db.destroy() };
	try {
		await createTables(open);
	} catch (cause) {
		await db.destroy();
		const why = cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause);
		throw new UmpireError("CHAIN", `${name} cannot be used (${why})`, {
			advice: "check DATABASE_URL, and that the user may create a schema.",
			cause,
			retryable: true,
		});
	}
	warn(`The index is in ${name}.`);
	return open;
}

/**
 * Opens a PGlite database in a folder; one process at a time can.
 *
 * @param backup a file that `dump` made, to begin with
 * @throws UmpireError if another process has it open
 */
export async function openPglite(folder: string, schema: string, backup?: Uint8Array): Promise<Database> {
	const unlock = await lockFolder(
		folder,
		(pid) =>
			new UmpireError("STORED", `The index in ${folder} is open in process ${pid}`, {
				advice:
					"stop that umpire serve, or ask it: GET /v1/index. DATABASE_URL names a database for several.",
			}),
	);
	try {
		const data = join(folder, "data");
		if (backup !== undefined) await rm(data, { recursive: true, force: true });
		const loaded = backup === undefined ? {} : { loadDataDir: new Blob([backup as Uint8Array<ArrayBuffer>]) };
		await makeFolder(folder);
		const pglite = await PGlite.create({ dataDir: data, ...loaded });
		const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
		const open: Database = {
			db,
			schema,
			name: `PGlite in ${folder}`,
			dump: async () => new Uint8Array(await (await pglite.dumpDataDir("gzip")).arrayBuffer()),
			close: async () => {
				await db.destroy();
				if (!pglite.closed) await pglite.close();
				await unlock();
			},
		};
		await createTables(open);
		return open;
	} catch (error) {
		await unlock();
		throw error;
	}
}

async function createTables({ db, schema }: Pick<Database, "db" | "schema">): Promise<void> {
	const name = sql.id(schema);
	await db.transaction().execute(async (trx) => {
		// Two processes that begin at once would both create what is not there.
		await sql`select pg_advisory_xact_lock(hashtext(${schema}))`.execute(trx);
		await sql`create schema if not exists ${name}`.execute(trx);
		const at = trx.schema.withSchema(schema);
		await at
			.createTable("meta")
			.ifNotExists()
			.addColumn("key", "text", (column) => column.primaryKey())
			.addColumn("value", "text", (column) => column.notNull())
			.execute();
		await at
			.createTable("events")
			.ifNotExists()
			.addColumn("block", "integer", (column) => column.notNull())
			.addColumn("log_index", "integer", (column) => column.notNull())
			.addColumn("block_hash", "text", (column) => column.notNull())
			.addColumn("contract", "text", (column) => column.notNull())
			.addColumn("name", "text", (column) => column.notNull())
			.addColumn("data", "jsonb", (column) => column.notNull())
			.addPrimaryKeyConstraint("events_key", ["block", "log_index"])
			.execute();
		for (const table of ["items", "versions"] as const) {
			await at
				.createTable(table)
				.ifNotExists()
				.addColumn("kind", "text", (column) => column.notNull())
				.addColumn("id", "text", (column) => column.notNull())
				.addColumn("number", "bigint", (column) => column.notNull())
				.addColumn("refs", sql`text[]`, (column) => column.notNull())
				.addColumn("block", "integer", (column) => column.notNull())
				.addColumn("log_index", "integer", (column) => column.notNull())
				.addColumn("block_hash", "text", (column) => column.notNull())
				.addColumn("data", "jsonb", (column) => column.notNull())
				.addPrimaryKeyConstraint(
					`${table}_key`,
					table === "items" ? ["kind", "id"] : ["kind", "id", "block", "log_index"],
				)
				.execute();
			await at
				.createIndex(`${table}_by_block`)
				.ifNotExists()
				.on(`${schema}.${table}` as never)
				.column("block")
				.execute();
		}
		await at
			.createIndex("items_by_number")
			.ifNotExists()
			.on(`${schema}.items`)
			.columns(["kind", "number", "id"])
			.execute();
		await sql`create index if not exists items_by_ref on ${sql.id(schema, "items")} using gin (refs)`.execute(
			trx,
		);
	});
}
