import type { Connection } from "@umpire/chain/connection.ts";
import type { Head } from "@umpire/chain/endpoints.ts";
import { type Batch, Follower } from "@umpire/chain/follower.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { sql, type Transaction } from "kysely";
import { type Database, FORMAT, type Tables } from "./database.ts";
import { Draft, slices } from "./draft.ts";
import { type Indexed, type ReadEvent, readEvents } from "./event-reader.ts";
import type { EventItem } from "./fields.ts";
import type { Times } from "./folding.ts";
import { READINGS } from "./folds.ts";

/** What an index is of. */
export interface IndexSource {
	readonly connection: Connection;
	readonly market: Hex;
	readonly contracts: readonly Indexed[];
	/** The block from which on there are events. */
	readonly first: bigint;
	readonly times: Times;
}

/** What a step of the index has changed. */
export interface Change {
	/** Everything from this block on was undone; undefined if nothing was. */
	readonly rollback: number | undefined;
	/** What was read since, in order; undefined if it is not known: another process has written. */
	readonly events: readonly EventItem[] | undefined;
	readonly head: Head;
}

interface Meta {
	readonly format: number;
	/** Where the contracts are, and from where on they are read. */
	readonly source: string;
	/** Grows with everything that is written. */
	readonly revision: number;
	readonly blocks: readonly Head[];
}

/** Another process has written to the database since this one has read or written it. */
class Overtaken extends Error {}

/**
 * Everything that contracts told, in a database. What is in it follows from the chain alone: after a reorganisation, a
 * crash or a restart it is what an index made from scratch is.
 */
export class ChainIndex {
	readonly database: Database;
	readonly #source: IndexSource;
	readonly #sourceName: string;
	readonly #listeners = new Set<(change: Change) => void>();
	#follower: Follower;
	#meta: Meta;

	private constructor(database: Database, source: IndexSource, meta: Meta) {
		this.database = database;
		this.#source = source;
		this.#sourceName = nameOf(source);
		this.#meta = meta;
		this.#follower = this.#followerFrom(meta.blocks);
	}

	/** Goes on where the database is; one of other contracts or another format is emptied first. */
	static async open(database: Database, source: IndexSource): Promise<ChainIndex> {
		const empty: Meta = { format: FORMAT, source: nameOf(source), revision: 0, blocks: [] };
		const index = new ChainIndex(database, source, empty);
		const found = await index.#readMeta();
		if (found?.format === FORMAT && found.source === empty.source) index.#adopt(found);
		else await index.#clear(found?.revision ?? 0);
		return index;
	}

	/** The block up to which everything is in the database. */
	get head(): Head | undefined {
		return this.#meta.blocks.at(-1);
	}

	/** Grows with everything that is written. */
	get revision(): number {
		return this.#meta.revision;
	}

	get contracts(): readonly Indexed[] {
		return this.#source.contracts;
	}

	/** Tells of every change from now on. */
	subscribe(listener: (change: Change) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/**
	 * Reads on to the newest block.
	 *
	 * @throws ChainError or UmpireError (to be tried again) if the chain or the database does not answer; what was
	 *   written until then stays and is right
	 */
	async poll(): Promise<void> {
		const found = await this.#inDatabase(() => this.#readMeta());
		if (found !== undefined && found.revision !== this.#meta.revision) await this.#follow(found);
		try {
			for await (const batch of this.#follower.advance()) {
				const { connection, contracts, market } = this.#source;
				const events = await readEvents(connection, contracts, market, batch);
				await this.#inDatabase(() => this.#write(batch, events));
			}
		} catch (error) {
			if (error instanceof Overtaken) return this.poll();
			throw error instanceof UmpireError ? error : explainReading(error, "events");
		}
	}

	/** Empties it and reads everything again. */
	async rebuild(): Promise<void> {
		await this.#inDatabase(() => this.#clear(this.#meta.revision));
		await this.poll();
	}

	/** Everything from `batch.from` on is replaced, in one transaction. */
	async #write(batch: Batch, events: readonly ReadEvent[]): Promise<void> {
		const { db, schema } = this.database;
		const from = Number(batch.from);
		const known = this.head === undefined ? -1 : Number(this.head.number);
		const next = { ...this.#meta, revision: this.#meta.revision + 1, blocks: batch.blocks };
		await db.transaction().execute(async (trx) => {
			await this.#requireOwn(trx);
			if (from <= known) await rollBack(trx, schema, from);
			const draft = new Draft(trx, schema);
			for (const event of events) await this.#fold(draft, event);
			await draft.write();
			for (const some of slices(events)) {
				await trx
					.withSchema(schema)
					.insertInto("events")
					.values(some.map(({ item }) => rowOf(item)))
					.execute();
			}
			const oldest = Number(this.#meta.blocks[0]?.number ?? -1);
			// What is read again from below it has versions there again.
			await forget(trx, schema, from <= oldest ? -1 : oldest, Number(batch.blocks[0].number));
			await this.#writeMeta(trx, next);
		});
		this.#meta = next;
		const items = events.map(({ item }) => item);
		this.#tell({ rollback: from <= known ? from : undefined, events: items, head: batch.blocks.at(-1)! });
	}

	async #fold(draft: Draft, { item, args, receipt }: ReadEvent): Promise<void> {
		const { contract: role, name, args: kept, block, blockHash, logIndex, transaction, time } = item;
		const stamp = { block, blockHash, logIndex, transaction, time };
		const fold = READINGS[role].foldOf(name);
		if (fold === undefined) return;
		await fold(args, {
			...{ role, name, stamp, kept, receipt, times: this.#source.times },
			get: (kind, id) => draft.get(kind, String(id)),
			byRef: (kind, ref) => draft.byRef(kind, ref),
			put: (kind, bare) => draft.put(kind, bare, stamp),
			async change(kind, id, by) {
				const found = await draft.get(kind, String(id));
				if (found === undefined) return undefined;
				await draft.put(kind, { ...found, ...by(found) }, stamp);
				return draft.get(kind, String(id));
			},
		});
	}

	async #clear(revision: number): Promise<void> {
		const { db, schema } = this.database;
		const empty = { format: FORMAT, source: this.#sourceName, revision: revision + 1, blocks: [] };
		await db.transaction().execute(async (trx) => {
			await trx.executeQuery(lockOf(schema).compile(trx));
			for (const table of ["events", "items", "versions"] as const) {
				await trx.withSchema(schema).deleteFrom(table).execute();
			}
			await this.#writeMeta(trx, empty);
		});
		this.#adopt(empty);
	}

	#adopt(meta: Meta): void {
		this.#meta = meta;
		this.#follower = this.#followerFrom(meta.blocks);
	}

	/** Takes over what another process has written. */
	async #follow(found: Meta): Promise<void> {
		if (found.format !== FORMAT || found.source !== this.#sourceName) {
			throw new UmpireError("STORED", `${this.database.name} has become the index of other contracts`, {
				advice: "another process was started with others: stop one of the two.",
			});
		}
		this.#adopt(found);
		const head = this.head;
		if (head !== undefined) this.#tell({ rollback: undefined, events: undefined, head });
	}

	#followerFrom(blocks: readonly Head[]): Follower {
		const { connection, contracts, first } = this.#source;
		const sources = contracts.map(({ role, address }) => ({ address, abi: READINGS[role].abi }));
		return new Follower(connection, sources, first, blocks);
	}

	async #requireOwn(trx: Transaction<Tables>): Promise<void> {
		await trx.executeQuery(lockOf(this.database.schema).compile(trx));
		const found = await this.#readMeta(trx);
		if (found?.revision !== this.#meta.revision) throw new Overtaken();
	}

	async #readMeta(db: Database["db"] = this.database.db): Promise<Meta | undefined> {
		const row = await db
			.withSchema(this.database.schema)
			.selectFrom("meta")
			.select("value")
			.where("key", "=", "index")
			.executeTakeFirst();
		return row === undefined ? undefined : (JSON.parse(row.value, revive) as Meta);
	}

	async #writeMeta(trx: Transaction<Tables>, meta: Meta): Promise<void> {
		const value = JSON.stringify(meta, (_key, one) => (typeof one === "bigint" ? `${one}n` : one));
		await trx
			.withSchema(this.database.schema)
			.insertInto("meta")
			.values({ key: "index", value })
			.onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
			.execute();
	}

	async #inDatabase<T>(act: () => Promise<T>): Promise<T> {
		try {
			return await act();
		} catch (error) {
			if (error instanceof UmpireError || error instanceof Overtaken || isDefect(error)) throw error;
			const why = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
			throw new UmpireError("STORED", `${this.database.name} does not answer (${why})`, {
				cause: error,
				retryable: true,
			});
		}
	}

	#tell(change: Change): void {
		for (const listener of this.#listeners) listener(change);
	}
}

const isDefect = (error: unknown): boolean => error instanceof TypeError || error instanceof RangeError;

const nameOf = ({ contracts, first, connection }: IndexSource): string =>
	[
		connection.chain.id,
		first,
		...contracts.map(({ role, address }) => `${role} ${address.toLowerCase()}`),
	].join();

const revive = (_key: string, value: unknown): unknown =>
	typeof value === "string" && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;

/** One writer at a time, until its transaction ends. */
const lockOf = (schema: string) => sql`select pg_advisory_xact_lock(hashtext(${schema}))`;

const rowOf = (item: EventItem) => ({
	block: item.block,
	log_index: item.logIndex,
	block_hash: item.blockHash,
	contract: item.contract,
	name: item.name,
	data: sql<string>`${JSON.stringify(item)}::jsonb`,
});

/**
 * Removes the versions that no rollback goes back to: of items that changed in blocks after `before` and up to `oldest`,
 * the oldest that is followed, all but the last one there. A deeper reorganisation has everything read again.
 */
async function forget(
	trx: Transaction<Tables>,
	schema: string,
	before: number,
	oldest: number,
): Promise<void> {
	if (oldest <= before) return;
	const versions = sql.id(schema, "versions");
	await sql`delete from ${versions} v
		using (select distinct kind, id from ${versions} where block > ${before} and block <= ${oldest}) t
		where v.kind = t.kind and v.id = t.id and v.block <= ${oldest}
		and exists (select 1 from ${versions} w where w.kind = v.kind and w.id = v.id and w.block <= ${oldest}
			and (w.block, w.log_index) > (v.block, v.log_index))`.execute(trx);
}

/** Takes everything from a block on back: items become what they were before it. */
async function rollBack(trx: Transaction<Tables>, schema: string, from: number): Promise<void> {
	const at = trx.withSchema(schema);
	await at.deleteFrom("events").where("block", ">=", from).execute();
	await at.deleteFrom("versions").where("block", ">=", from).execute();
	const touched = await at.deleteFrom("items").where("block", ">=", from).returning(["kind", "id"]).execute();
	for (const some of slices(touched)) {
		const [items, versions] = [sql.id(schema, "items"), sql.id(schema, "versions")];
		const [kinds, ids] = [some.map(({ kind }) => kind), some.map(({ id }) => id)];
		await sql`insert into ${items} select distinct on (v.kind, v.id) v.* from ${versions} v
			join unnest(${kinds}::text[], ${ids}::text[]) as t(kind, id) on v.kind = t.kind and v.id = t.id
			order by v.kind, v.id, v.block desc, v.log_index desc`.execute(trx);
	}
}
