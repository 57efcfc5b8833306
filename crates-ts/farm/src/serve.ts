import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { Coordinator, type CoordinatorOptions } from "./coordinator.ts";
import { removeOld } from "./files.ts";
import { KEPT_SECONDS } from "./queue.ts";

/** Milliseconds between two looks for files that nobody needs any more. */
const CLEAN = 3_600_000;

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
		// Uploads in the middle of which a coordinator was killed.
		for (const place of ["blobs", join("content", "programs"), join("content", "inputs")])
			await removeOld(join(options.folder, place), KEPT_SECONDS, ".tmp").catch(() => {});
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
