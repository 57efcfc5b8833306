import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { capConnections } from "@umpire/store/connection-cap.ts";
import { Coordinator, type CoordinatorOptions } from "./coordinator.ts";
import { removeOld } from "./files.ts";
import { KEPT_SECONDS } from "./queue.ts";

/** Seconds after which what was uploaded and nobody asked for is removed: above those of a job and all its attempts. */
export const UNUSED_SECONDS = 7 * 86_400;
/** Milliseconds between two looks for files that nobody needs any more. */
const CLEAN = 3_600_000;
/** Milliseconds after which a connection on which nothing moves is closed. */
const SILENCE = 300_000;

/**
 * Serves a coordinator.
 *
 * @throws UmpireError if the port is taken
 */
export async function serveCoordinator(
	options: CoordinatorOptions,
	port: number,
	host: string,
): Promise<{ readonly url: string; close(): Promise<void> }> {
	const { app } = new Coordinator(options);
	const clean = async () => {
		await removeOld(join(options.folder, "data"), KEPT_SECONDS).catch(() => {});
		for (const place of ["blobs", join("content", "programs"), join("content", "inputs")]) {
			// Uploads in the middle of which a coordinator was killed.
			await removeOld(join(options.folder, place), KEPT_SECONDS, ".tmp").catch(() => {});
			await removeOld(join(options.folder, place), UNUSED_SECONDS).catch(() => {});
		}
	};
	await clean();
	const server = await new Promise<Server>((resolve, reject) => {
		const started = serve({ fetch: app.fetch, port, hostname: host }, () => resolve(started as Server));
		started.once("error", (cause: NodeJS.ErrnoException) => {
			const why = cause.code === "EADDRINUSE" ? "something listens there already" : cause.message;
			reject(
				new UmpireError("FILE", `Cannot serve on port ${port}: ${why}`, {
					advice: "choose another --port.",
					cause,
				}),
			);
		});
	});
	// Files of gigabytes take their time; headers do not.
	server.requestTimeout = 0;
	capConnections(server);
	// A body that comes to a stop holds no connection; who waits for a job is answered well before.
	server.setTimeout(SILENCE);
	server.headersTimeout = 10_000;
	const cleaning = setInterval(clean, CLEAN);
	const { port: bound } = server.address() as AddressInfo;
	return {
		url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
		async close() {
			clearInterval(cleaning);
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			await options.queue.close();
		},
	};
}
