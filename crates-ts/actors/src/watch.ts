import { setTimeout as sleep } from "node:timers/promises";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { failureText } from "./actor.ts";
import type { MonitorReport } from "./monitor-report.ts";
import { type LastLook, serveMonitor } from "./monitor-server.ts";
import { unlessStopped } from "./stopping.ts";

export interface WatchOptions {
	/** Seconds between two looks. */
	readonly interval: number;
	/** PORT or HOST:PORT to serve on. */
	readonly serve?: string | undefined;
	readonly signal: AbortSignal;
	readonly onReport: (report: MonitorReport) => void;
	readonly onServing: (url: string) => void;
	readonly warn: (line: string) => void;
}

/** Looks again and again until the signal is aborted; a look that fails is told and tried again. */
export async function watch(look: () => Promise<MonitorReport>, options: WatchOptions): Promise<void> {
	const { interval, serve, signal, onReport, onServing, warn } = options;
	if (!(interval > 0)) throw new UmpireError("OPTION", "--interval must be a positive number of seconds.");
	let last: LastLook = { report: undefined, at: 0, failure: "no look at the chain yet" };
	const shown = () => ({ ...last, failure: last.failure ?? lateness(last, interval) });
	const server = serve === undefined ? undefined : await serveMonitor(shown, ...placeOf(serve));
	if (server !== undefined) onServing(server.url);
	try {
		while (!signal.aborted) {
			try {
				const report = await unlessStopped(signal, look());
				if (report === undefined) break;
				last = { report, at: Date.now(), failure: undefined };
				onReport(report);
			} catch (error) {
				last = { ...last, failure: failureText(error) };
				warn(failureText(error));
			}
			await sleep(1000 * interval, undefined, { signal }).catch(() => {});
		}
	} finally {
		server?.close();
	}
}

/** Says that a look hangs: what was seen long ago is no news of today's health. */
export function lateness({ at }: LastLook, interval: number): string | undefined {
	const seconds = Math.floor((Date.now() - at) / 1000);
	return seconds > LATE + 6 * interval ? `the last look at the chain was ${seconds} s ago` : undefined;
}

const LATE = 60;

/** Port and host of --serve. */
function placeOf(serve: string): [number, string?] {
	const [, host, port] = /^(?:(.+):)?(\d{1,5})$/.exec(serve) ?? [];
	if (port === undefined || Number(port) > 65_535) {
		throw new UmpireError("OPTION", `--serve ${serve} is no port`, {
			advice: "give PORT or HOST:PORT, as in 9464.",
		});
	}
	return host === undefined ? [Number(port)] : [Number(port), host];
}
