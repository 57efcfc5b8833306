import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { metricsOf } from "./metrics.ts";
import type { MonitorReport, Problem } from "./monitor-report.ts";

/** What was last seen: a report, when it was made, and what has failed since. */
export interface LastLook {
	readonly report: MonitorReport | undefined;
	/** Milliseconds since 1970. */
	readonly at: number;
	readonly failure: string | undefined;
}

/**
 * Serves the last look at the chain: `/metrics` for Prometheus, `/health` (200 or 503) and `/report`
 * as JSON. It listens on this machine only unless it is told otherwise.
 *
 * @throws UmpireError if the port is taken
 */
export async function serveMonitor(
	last: () => LastLook,
	port: number,
	host = "127.0.0.1",
): Promise<{ url: string; close: () => void }> {
	const server = createServer((request, response) => {
		const answer = answerTo(request.url ?? "/", last());
		response.writeHead(answer.status, { "content-type": answer.type }).end(answer.body);
	});
	await listen(server, port, host);
	const { port: bound } = server.address() as AddressInfo;
	return { url: `http://${host}:${bound}`, close: () => server.close() };
}

interface Answer {
	readonly status: number;
	readonly type: string;
	readonly body: string;
}

const JSON_TYPE = "application/json";

function answerTo(url: string, { report, at, failure }: LastLook): Answer {
	switch (new URL(url, "http://monitor").pathname) {
		case "/metrics": {
			const up = `# HELP umpire_up 1 if the last look at the chain succeeded\n# TYPE umpire_up gauge\numpire_up ${failure === undefined ? 1 : 0}\n`;
			const looked = `# HELP umpire_look_timestamp_seconds time of the last good look\n# TYPE umpire_look_timestamp_seconds gauge\numpire_look_timestamp_seconds ${Math.floor(at / 1000)}\n`;
			const body = report === undefined ? up : up + looked + metricsOf(report);
			return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body };
		}
		case "/health": {
			const failed: Problem[] = failure === undefined ? [] : [{ id: "look", text: failure }];
			const problems = [...failed, ...(report?.problems ?? [])];
			const healthy = report !== undefined && problems.length === 0;
			return { status: healthy ? 200 : 503, type: JSON_TYPE, body: JSON.stringify({ healthy, problems }) };
		}
		case "/report":
			return {
				status: report === undefined ? 503 : 200,
				type: JSON_TYPE,
				body: JSON.stringify(report ?? {}, plain),
			};
		default:
			return { status: 404, type: "text/plain", body: "There are /metrics, /health and /report.\n" };
	}
}

function plain(_key: string, value: unknown): unknown {
	return typeof value === "bigint" ? value.toString() : value;
}

function listen(server: Server, port: number, host: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", (cause: NodeJS.ErrnoException) => {
			const why = cause.code === "EADDRINUSE" ? "something listens there already" : cause.message;
			reject(
				new UmpireError("FILE", `Cannot serve on port ${port}: ${why}`, {
					advice: "choose another --serve.",
					cause,
				}),
			);
		});
		server.listen(port, host, resolve);
	});
}
