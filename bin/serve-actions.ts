import { isDevelopment, openView, type ViewOptions } from "@umpire/actors/world.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { countEvents, countItems } from "@umpire/indexer/read-index.ts";
import { openIndex } from "@umpire/server/open-index.ts";
import { startServer } from "@umpire/server/serve.ts";
import { writeAtomically } from "@umpire/store/atomic-file.ts";

export interface ServeActionOptions extends ViewOptions {
	readonly port: number;
	readonly host: string;
	readonly cors?: readonly string[] | undefined;
	readonly rate: number;
	readonly streams: number;
	readonly app?: string | undefined;
	readonly attester?: string | undefined;
	readonly store?: readonly string[] | undefined;
	readonly interval: number;
}

/** Serves until the signal is aborted. */
export async function runServer(
	options: ServeActionOptions,
	{ progress, signal }: { readonly progress: (line: string) => void; readonly signal: () => AbortSignal },
): Promise<void> {
	const { host, attester } = options;
	for (const origin of options.cors ?? []) {
		if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
		throw new UmpireError("OPTION", `--cors ${origin} is no origin`, {
			advice: "give scheme and host alone, as in https://umpire.example.",
		});
	}
	if (attester !== undefined && !(URL.canParse(attester) && /^https?:/.test(attester))) {
		throw new UmpireError("OPTION", `--attester ${attester} is no address`, {
			advice: "give that of umpire attest --serve, as in http://127.0.0.1:9464.",
		});
	}
	const view = await openView(options);
	if (isDevelopment(view.contracts.connection) && !LOOPBACK.has(host)) {
		throw new UmpireError("OPTION", `--host ${host} would let the network use the local chain's accounts`, {
			advice: "serve a local chain on 127.0.0.1 alone.",
		});
	}
	const stop = signal();
	const interval = 1000 * options.interval;
	const databaseUrl = process.env.DATABASE_URL;
	const server = await startServer(view, {
		...options,
		stores: view.located?.pool.stores,
		interval,
		databaseUrl,
		progress,
	});
	progress(`Serving on ${server.url} (${server.url}/openapi.json says what). Stop with Ctrl-C.`);
	if (!stop.aborted) await new Promise((resolve) => stop.addEventListener("abort", resolve, { once: true }));
	await server.close();
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

export interface IndexActionOptions extends ViewOptions {
	readonly action: "status" | "rebuild" | "backup" | "restore";
	readonly file?: string | undefined;
}

/** Reads an index on to the newest block, after doing what is asked; what is in it then. */
export async function runIndex(options: IndexActionOptions, progress: (line: string) => void) {
	const { action, file } = options;
	if ((file === undefined) !== (action === "status" || action === "rebuild")) {
		const found = file === undefined ? `index ${action} needs a file` : `index ${action} takes no file`;
		throw new UmpireError("USAGE", found, { advice: "see umpire index --help." });
	}
	const view = await openView(options);
	const backup = action === "restore" ? file : undefined;
	const index = await openIndex(view, { databaseUrl: process.env.DATABASE_URL, backup, warn: progress });
	const { database } = index;
	try {
		await (action === "rebuild" ? index.rebuild() : index.poll());
		if (action === "backup") {
			if (database.dump === undefined) {
				throw new UmpireError("OPTION", `${database.name} has backups of its own`, {
					advice: `run pg_dump --schema ${database.schema}.`,
				});
			}
			await writeAtomically(file!, await database.dump());
		}
		const head = index.head!;
		const counts = [...(await countItems(database))].filter(([name]) => !name.includes(" "));
		return {
			database: database.name,
			schema: database.schema,
			block: Number(head.number),
			hash: head.hash,
			time: Number(head.timestamp),
			revision: index.revision,
			events: await countEvents(database),
			items: Object.fromEntries(counts.sort(([a], [b]) => (a < b ? -1 : 1))),
		};
	} finally {
		await database.close();
	}
}
