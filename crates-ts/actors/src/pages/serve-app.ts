import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { serve } from "@hono/node-server";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { View } from "../world.ts";
import { pageRoutes } from "./page-routes.ts";
import { PageViews } from "./page-views.ts";

const TYPES: Readonly<Record<string, string>> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".mjs": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
	".woff2": "font/woff2",
	".wasm": "application/wasm",
	".json": "application/json",
};

/** Nothing but the app's own files and this server: no inline script, no frame, no other origin. */
export const HEADERS: Readonly<Record<string, string>> = {
	"content-security-policy": [
		"default-src 'none'",
		"script-src 'self' 'wasm-unsafe-eval'",
		"worker-src 'self' blob:",
		"style-src 'self'",
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	].join("; "),
	"cross-origin-opener-policy": "same-origin",
	"cross-origin-embedder-policy": "require-corp",
	"cross-origin-resource-policy": "same-origin",
	"x-content-type-options": "nosniff",
	"referrer-policy": "no-referrer",
};

/** The files of the app; paths that are none are pages of it. */
export async function appFile(folder: string, pathname: string): Promise<Response> {
	let path: string;
	try {
		path = normalize(decodeURIComponent(pathname));
	} catch {
		return new Response("There is no such file.\n", { status: 400, headers: HEADERS });
	}
	const file = join(folder, path);
	const isInside = file.startsWith(folder + sep) && !path.includes("\0");
	const extension = extname(path);
	if (isInside && extension in TYPES) {
		const found = await readFile(file).catch(() => undefined);
		if (found === undefined)
			return new Response("There is no such file.\n", { status: 404, headers: HEADERS });
		// Built files carry their hash in their name.
		const cache = path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
		return new Response(new Uint8Array(found), {
			headers: { ...HEADERS, "content-type": TYPES[extension], "cache-control": cache },
		});
	}
	const page = await readFile(join(folder, "index.html"));
	return new Response(new Uint8Array(page), {
		headers: { ...HEADERS, "content-type": TYPES[".html"], "cache-control": "no-cache" },
	});
}

/**
 * Serves the app and what its pages are made from.
 *
 * @param folder where the app was built to
 * @throws UmpireError if the port is taken
 */
export async function serveApp(
	view: View,
	folder: string,
	{ port, host = "127.0.0.1" }: { readonly port: number; readonly host?: string },
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
	const routes = pageRoutes(new PageViews(view), view.home.content);
	const fetch = async (request: Request): Promise<Response> => {
		const answered = await routes(request);
		if (answered !== undefined) return answered;
		if (request.method !== "GET" && request.method !== "HEAD") return new Response(null, { status: 405 });
		return appFile(folder, new URL(request.url).pathname);
	};
	return new Promise((resolve, reject) => {
		const server = serve({ fetch, port, hostname: host }, ({ port: bound }) =>
			resolve({
				url: `http://${host}:${bound}`,
				close: () =>
					new Promise((done) => {
						server.close(() => done());
						if ("closeAllConnections" in server) server.closeAllConnections();
					}),
			}),
		);
		server.on("error", (cause: NodeJS.ErrnoException) => {
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
