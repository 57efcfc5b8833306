import { statSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { serve } from "@hono/node-server";
import { failureText } from "@umpire/actors/actor.ts";
import { isDevelopment, type View } from "@umpire/actors/world.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { ChainIndex } from "@umpire/indexer/chain-index.ts";
import { capConnections } from "@umpire/store/connection-cap.ts";
import { type AppOptions, serverApp } from "./app.ts";
import { Coordination } from "./coordination.ts";
import { indexSourceOf } from "./indexed-contracts.ts";
import { openIndex } from "./open-index.ts";
import { isLoopback } from "./own-host.ts";

export interface ServeOptions extends AppOptions {
	readonly port: number;
	readonly host: string;
	readonly databaseUrl?: string | undefined;
	/** Milliseconds between two looks at the chain. */
	readonly interval: number;
	readonly progress: (line: string) => void;
}

/** A server that answers, and reads the chain meanwhile. */
export interface Server {
	readonly url: string;
	/** Reads on to the newest block, once. */
	readonly look: () => Promise<void>;
	readonly close: () => Promise<void>;
}

/** Looks between two of whether other contracts were deployed. */
const EVERY = 5;

/**
 * Serves the API of a deployment. It listens on this machine only unless it is told otherwise.
 *
 * @throws UmpireError if the port is taken, the database does not answer, or there is no such folder
 */
export async function startServer(view: View, options: ServeOptions): Promise<Server> {
	const { port, host, databaseUrl, interval, progress } = options;
	requireFolder(options.app);
	let index = await openIndex(view, { databaseUrl, warn: progress });
	let trouble: string | undefined = "the chain has not been read yet";
	const local = isDevelopment(view.contracts.connection);
	const coordination = local ? new Coordination(view, progress) : undefined;
	let looks = 0;
	let looking: Promise<void> = Promise.resolve();
	let waiting: Promise<void> | undefined;
	const look = (): Promise<void> => {
		// Whoever asks while one is read and another waits is content with that one.
		if (waiting !== undefined) return waiting;
		waiting = looking.then(async () => {
			waiting = undefined;
			try {
				if (looks++ % EVERY === 0) index = await current(view, index);
				await index.poll();
				if (trouble !== undefined && looks > 1) progress("The chain is read again.");
				trouble = undefined;
			} catch (error) {
				const text = failureText(error);
				if (text !== trouble) progress(text);
				trouble = text;
			}
		});
		looking = waiting;
		return looking;
	};
	const served = {
		...{ view, local, coordination, warn: progress },
		look,
		index: () => index,
		trouble: () => trouble,
	};
	const app = serverApp(served, { ...options, loopback: isLoopback(host) });
	const stopped = new AbortController();
	const server = await listening(app.fetch, port, host).catch(async (error: unknown) => {
		await index.database.close();
		throw error;
	});
	const reading = (async () => {
		while (!stopped.signal.aborted) {
			await look();
			await sleep(interval, undefined, { signal: stopped.signal }).catch(() => {});
		}
	})();
	return {
		url: `http://${host.includes(":") ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
		look,
		async close() {
			stopped.abort();
			coordination?.stop();
			if ("closeAllConnections" in server) server.closeAllConnections();
			server.close();
			await reading;
			await index.database.close();
		},
	};
}

/** Contracts that were deployed since are read from the beginning: the index is made anew. */
async function current(view: View, index: ChainIndex): Promise<ChainIndex> {
	const source = await indexSourceOf(view);
	const known = index.contracts.map(({ address }) => address).join();
	if (source.contracts.map(({ address }) => address).join() === known) return index;
	return ChainIndex.open(index.database, source);
}

function requireFolder(folder: string | undefined): void {
	if (folder === undefined || statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
	throw new UmpireError("FILE", `--app ${folder} is no folder`, { advice: "give that of a built web app." });
}

/** Milliseconds that a client has for its headers, and for all of a request. */
const PATIENCE = { headersTimeout: 15_000, requestTimeout: 60_000, connectionsCheckingInterval: 5_000 };
/** Milliseconds after which a connection on which nothing moves is closed. */
const SILENCE = 300_000;

type Listening = ReturnType<typeof serve>;

function listening(
	fetch: Parameters<typeof serve>[0]["fetch"],
	port: number,
	hostname: string,
): Promise<Listening> {
	return new Promise((resolve, reject) => {
		const server = serve({ fetch, port, hostname, serverOptions: PATIENCE }, () => resolve(server));
		// Streams say every 15 s that they are there: one whose reader takes nothing is dead.
		if ("setTimeout" in server) server.setTimeout(SILENCE);
		capConnections(server);
		server.once("error", (cause: NodeJS.ErrnoException) => {
			const why = cause.code === "EADDRINUSE" ? "something listens there already" : cause.message;
			reject(
				new UmpireError("FILE", `Cannot serve on port ${port}: ${why}`, {
					advice: "choose another --port.",
					cause,
				}),
			);
		});
	});
}
