import { type Answer, JSON_TYPE, jsonOf, serveAnswers } from "./http-answers.ts";
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
	return serveAnswers(async ({ path }) => answerTo(path, last()), port, host);
}

function answerTo(url: string, { report, at, failure }: LastLook): Answer {
	switch (url) {
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
				body: jsonOf(report ?? {}),
			};
		default:
			return { status: 404, type: "text/plain", body: "There are /metrics, /health and /report.\n" };
	}
}
