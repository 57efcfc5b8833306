import type { NetworkContracts } from "@umpire/actors/jobs/network-contracts.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import type { Contracts } from "@umpire/chain/contracts.ts";
import { ChainIndex, type IndexSource } from "@umpire/indexer/chain-index.ts";
import { type Database, openPglite } from "@umpire/indexer/database.ts";
import { sql } from "kysely";

export const SCHEMA = "umpire";

/** The market and its workers and jobs, as an index reads them over a connection. */
export function sourceOf(connection: Connection, on: Contracts, network: NetworkContracts): IndexSource {
	const { market, registry, court, block, parameters } = on.deployment;
	return {
		connection,
		market,
		contracts: [
			{ role: "registry", address: registry },
			{ role: "market", address: market },
			{ role: "court", address: court },
			{ role: "workers", address: network.workers.address },
			{ role: "jobs", address: network.jobs.address },
			{ role: "jobBeacon", address: network.beacon.address },
		],
		first: block,
		times: parameters,
	};
}

/** Everything that an index holds, in an order of its own. */
export async function contentsOf({ db, schema }: Database): Promise<Record<string, unknown[]>> {
	const contents: Record<string, unknown[]> = {};
	for (const table of ["events", "items", "versions"] as const) {
		const { rows } = await sql<{
			row: string;
		}>`select row(t.*)::text as row from ${sql.id(schema, table)} t`.execute(db);
		contents[table] = rows.map(({ row }) => row).sort();
	}
	return contents;
}

/** What an index made from scratch holds. */
export async function fromScratch(folder: string, source: IndexSource): Promise<Record<string, unknown[]>> {
	const database = await openPglite(folder, SCHEMA);
	try {
		await (await ChainIndex.open(database, source)).rebuild();
		return await contentsOf(database);
	} finally {
		await database.close();
	}
}
