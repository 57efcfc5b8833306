import { readFile } from "node:fs/promises";
import type { View } from "@umpire/actors/world.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { ChainIndex } from "@umpire/indexer/chain-index.ts";
import { type Database, openPglite, openPostgres } from "@umpire/indexer/database.ts";
import { indexSourceOf } from "./indexed-contracts.ts";

/** Where an index is, and what it begins with. */
export interface IndexOptions {
	/** A PostgreSQL database; by default PGlite in the home folder. */
	readonly databaseUrl?: string | undefined;
	/** A file that a PGlite index was written to. */
	readonly backup?: string | undefined;
	readonly warn: (line: string) => void;
}

/**
 * Opens the database of a market's index.
 *
 * @throws UmpireError if it does not answer, or another process has it open
 */
export async function openDatabase(
	{ home, contracts }: View,
	{ databaseUrl, backup, warn }: IndexOptions,
): Promise<Database> {
	const { chainId, market } = contracts.deployment;
	const name = `${chainId}_${market.slice(2, 18).toLowerCase()}`;
	if (databaseUrl !== undefined && databaseUrl !== "") {
		if (backup !== undefined) {
			throw new UmpireError(
				"OPTION",
				"A backup is loaded into the home folder's index, not into PostgreSQL",
				{
					advice: "use pg_restore, or unset DATABASE_URL.",
				},
			);
		}
		return openPostgres(databaseUrl, `umpire_${name}`, warn);
	}
	const data = backup === undefined ? undefined : await readFile(backup).catch(noBackup(backup));
	return openPglite(home.path("index", name), `umpire_${name}`, data);
}

const noBackup =
	(path: string) =>
	(cause: unknown): never => {
		throw new UmpireError("FILE", `The backup ${path} cannot be read`, { cause });
	};

/** Opens the index of a market; its database is to be closed. */
export async function openIndex(view: View, options: IndexOptions): Promise<ChainIndex> {
	const source = await indexSourceOf(view);
	const database = await openDatabase(view, options);
	try {
		return await ChainIndex.open(database, source);
	} catch (error) {
		await database.close();
		throw error;
	}
}
