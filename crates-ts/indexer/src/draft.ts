import { type Kysely, sql, type Transaction } from "kysely";
import { columnsOf } from "./columns.ts";
import type { ItemRow, Tables } from "./database.ts";
import type { Stamp } from "./fields.ts";
import type { Bare } from "./folding.ts";
import type { Item, Kind } from "./items.ts";

/** Rows of one statement: PostgreSQL takes 65,535 parameters. */
const ROWS = 500;

const keyOf = (kind: Kind, id: string): string => `${kind} ${id}`;

/** Items while events are folded into them: read once, written together at the end. */
export class Draft {
	readonly #db: Transaction<Tables>;
	readonly #schema: string;
	readonly #items = new Map<string, Item | undefined>();
	/** What each event left, the last one of a key being what is. */
	readonly #versions = new Map<string, { readonly kind: Kind; readonly item: Item }>();

	constructor(db: Transaction<Tables>, schema: string) {
		this.#db = db;
		this.#schema = schema;
	}

	async get<K extends Kind>(kind: K, id: string): Promise<Item<K> | undefined> {
		const key = keyOf(kind, id);
		if (!this.#items.has(key)) {
			const [row] = await rowsOf(this.#db, this.#schema, kind).where("id", "=", id).execute();
			this.#items.set(key, row === undefined ? undefined : itemOf(row));
		}
		return this.#items.get(key) as Item<K> | undefined;
	}

	async byRef<K extends Kind>(kind: K, ref: string): Promise<Item<K>[]> {
		const rows = await rowsOf(this.#db, this.#schema, kind)
			.where(hasRefs([ref]))
			.execute();
		const found = new Map<string, Item<K>>();
		for (const row of rows) {
			const key = keyOf(kind, row.id);
			if (!this.#items.has(key)) this.#items.set(key, itemOf(row));
		}
		for (const [key, item] of this.#items) {
			if (item === undefined || !key.startsWith(`${kind} `)) continue;
			if (columnsOf(kind, item as Item<K>).refs.includes(ref)) found.set(key, item as Item<K>);
		}
		return [...found.values()].sort((a, b) => columnsOf(kind, a).number - columnsOf(kind, b).number);
	}

	async put<K extends Kind>(kind: K, bare: Bare<K>, stamp: Stamp): Promise<void> {
		const fresh = { ...bare, made: stamp, changed: stamp } as Item<K>;
		const { id } = columnsOf(kind, fresh);
		const before = await this.get(kind, id);
		const item = { ...fresh, made: before?.made ?? stamp };
		this.#items.set(keyOf(kind, id), item);
		this.#versions.set(`${keyOf(kind, id)} ${stamp.block} ${stamp.logIndex}`, { kind, item });
	}

	async write(): Promise<void> {
		const versions = [...this.#versions.values()].map(({ kind, item }) => rowOf(kind, item));
		const last = new Map(versions.map((row) => [`${row.kind} ${row.id}`, row]));
		for (const rows of slices(versions)) {
			await this.#db.withSchema(this.#schema).insertInto("versions").values(rows).execute();
		}
		for (const rows of slices([...last.values()])) {
			await this.#db
				.withSchema(this.#schema)
				.insertInto("items")
				.values(rows)
				.onConflict((conflict) =>
					conflict.columns(["kind", "id"]).doUpdateSet((set) => ({
						number: set.ref("excluded.number"),
						refs: set.ref("excluded.refs"),
						block: set.ref("excluded.block"),
						log_index: set.ref("excluded.log_index"),
						block_hash: set.ref("excluded.block_hash"),
						data: set.ref("excluded.data"),
					})),
				)
				.execute();
		}
	}
}

/** Rows that have all of these references. */
export const hasRefs = (refs: readonly string[]) => sql<boolean>`refs @> ${[...refs]}::text[]`;

export function rowsOf(db: Kysely<Tables>, schema: string, kind: Kind) {
	return db.withSchema(schema).selectFrom("items").selectAll().where("kind", "=", kind);
}

/** JSON comes back as it was put in, or as its text. */
export const itemOf = <K extends Kind>({ data }: Pick<ItemRow, "data">): Item<K> =>
	(typeof data === "string" ? JSON.parse(data) : data) as Item<K>;

export function rowOf<K extends Kind>(kind: K, item: Item<K>) {
	const { id, number, refs } = columnsOf(kind, item);
	const { block, logIndex, blockHash } = item.changed;
	const data = JSON.stringify(item);
	return {
		...{ kind, id, number, refs: [...refs], block, log_index: logIndex, block_hash: blockHash },
		data: sql<string>`${data}::jsonb`,
	};
}

export function* slices<T>(rows: readonly T[]): Generator<T[]> {
	for (let from = 0; from < rows.length; from += ROWS) yield rows.slice(from, from + ROWS);
}
