import { countItems } from "@umpire/indexer/read-index.ts";
import type { MiddlewareHandler } from "hono";
import type { Served } from "./served.ts";

/** Requests so far, by method, kind of path and status. */
export class RequestCounts {
	readonly #counts = new Map<string, number>();
	#known: ReadonlySet<string> = new Set();

	/** Addresses that are answered, as routes have them: all others count together. */
	know(paths: readonly string[]): void {
		this.#known = new Set(paths.map(beginningOf));
	}

	readonly middleware: MiddlewareHandler = async (context, next) => {
		await next();
		// A label for everything that somebody makes up, also of what is refused, would be without end.
		const first = beginningOf(context.req.path);
		const path = context.res.status !== 404 && this.#known.has(first) ? first : "other";
		const labels = `method="${METHODS.has(context.req.method) ? context.req.method : "other"}",path="/${path}",status="${context.res.status}"`;
		this.#counts.set(labels, (this.#counts.get(labels) ?? 0) + 1);
	};

	lines(): string {
		const samples = [...this.#counts].map(([labels, count]) => `umpire_requests_total{${labels}} ${count}\n`);
		return metric("requests_total", "counter", "HTTP requests that were answered", samples);
	}
}

const beginningOf = (path: string): string => /^\/(v1\/\w+|\w+)/.exec(path)?.[1] ?? "";

const METHODS = new Set(["GET", "POST", "HEAD", "OPTIONS"]);

function metric(name: string, type: "gauge" | "counter", help: string, samples: readonly string[]): string {
	return `# HELP umpire_${name} ${help}\n# TYPE umpire_${name} ${type}\n${samples.join("")}`;
}

const gauge = (name: string, help: string, value: number): string =>
	metric(name, "gauge", help, [`umpire_${name} ${value}\n`]);

/** Everything in Prometheus' text format. */
export async function metricsOf({ index, trouble }: Served, requests: RequestCounts): Promise<string> {
	const { head, database, revision } = index();
	const counts = await countItems(database);
	const items = [...counts]
		.filter(([name]) => !name.includes(" "))
		.map(([kind, count]) => `umpire_index_items{kind="${kind}"} ${count}\n`);
	return [
		gauge("up", "1 if the last look at the chain succeeded", trouble() === undefined ? 1 : 0),
		gauge("index_block", "block up to which everything is known", Number(head?.number ?? 0)),
		gauge("index_block_timestamp_seconds", "its time", Number(head?.timestamp ?? 0)),
		gauge("index_revision", "how often the index was written", revision),
		metric("index_items", "gauge", "items of the index", items),
		requests.lines(),
	].join("");
}
