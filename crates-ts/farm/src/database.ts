import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
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
	await mkdir(folder, { recursive: true });
	const unlock = await lock(folder);
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

/** Two processes would destroy the files; one that was killed leaves its lock, whose process is gone. */
async function lock(folder: string): Promise<() => Promise<void>> {
	const path = join(folder, "lock");
	for (let tries = 0; ; tries++) {
		try {
			await writeFile(path, `${process.pid}\n`, { flag: "wx" });
			return () => rm(path, { force: true });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		}
		const pid = Number(await readFile(path, "utf8").catch(() => ""));
		if (tries > 2 || (Number.isSafeInteger(pid) && pid > 0 && isRunning(pid))) {
			throw new UmpireError("STORED", `The queue in ${folder} is open in process ${pid}`, {
				advice: "stop that umpire farm coordinator, or give this one another --home or a DATABASE_URL.",
			});
		}
		await rm(path, { force: true });
	}
}

function isRunning(pid: number): boolean {
	if (pid === process.pid) return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// Another user's process cannot be asked, but is there.
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
