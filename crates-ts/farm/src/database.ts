import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { lockFolder } from "@umpire/store/folder-lock.ts";
import { type ConstructorOptions, fromPglite } from "pg-boss";

/** Where a queue is kept. */
export interface Database {
	/** What people call it, without passwords. */
	readonly name: string;
	readonly options: ConstructorOptions;
	close(): Promise<void>;
}

/**
 * A PostgreSQL database, whose pool pg-boss opens.
 *
 * @throws UmpireError if the address is none
 */
export function postgresAt(url: string): Database {
	if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
		throw new UmpireError("OPTION", "DATABASE_URL is no address of a PostgreSQL database", {
			advice: "give one such as postgres://user@localhost:5432/umpire.",
		});
	}
	const { host } = new URL(url);
	return {
		name: `PostgreSQL at ${host === "" ? "the local socket" : host}`,
		options: { connectionString: url, max: 8, connectionTimeoutMillis: 10_000 },
		close: async () => {},
	};
}

/**
 * A PGlite database in a folder.
 *
 * @throws UmpireError if another process has it open
 */
export async function openPglite(folder: string): Promise<Database> {
	const unlock = await lockFolder(
		folder,
		(pid) =>
			new UmpireError("STORED", `The queue in ${folder} is open in process ${pid}`, {
				advice: "stop that umpire farm coordinator, or give this one another --home or a DATABASE_URL.",
			}),
	);
	try {
		const pglite = await PGlite.create({ dataDir: join(folder, "data") });
		return {
			name: `PGlite in ${folder}`,
			options: { db: fromPglite(pglite), backend: "pglite" },
			close: async () => {
				await pglite.close();
				await unlock();
			},
		};
	} catch (error) {
		await unlock();
		throw error;
	}
}
