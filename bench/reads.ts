// Reads of a server's API from as many connections as are asked for: `node bench/reads.ts URL [SECONDS] [PER SECOND]`.
// The server's `--rate` has to allow it.
import { setTimeout as sleep } from "node:timers/promises";

const [url = "http://127.0.0.1:8600", seconds = "60", perSecond = "500"] = process.argv.slice(2);
const PATHS = [
	"/v1/overview",
	"/v1/requests?limit=20",
	"/v1/claims?status=live",
	"/v1/events?limit=50",
	"/v1/programs/1",
	"/v1/disputes",
	"/jobs/pending",
	"/network/stats",
	"/health",
];

const total = Number(seconds) * Number(perSecond);
const started = performance.now();
const times: number[] = [];
const failures = new Map<string, number>();

async function read(path: string): Promise<void> {
	const begun = performance.now();
	try {
		// Asked differently each time: an answer that is remembered would be measured otherwise.
		const answer = await fetch(`${url}${path}${path.includes("?") ? "&" : "?"}n=${times.length % 997}`);
		await answer.arrayBuffer();
		if (answer.status !== 200) failures.set(`${answer.status}`, (failures.get(`${answer.status}`) ?? 0) + 1);
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		failures.set(why, (failures.get(why) ?? 0) + 1);
	}
	times.push(performance.now() - begun);
}

const running = new Set<Promise<void>>();
for (let sent = 0; sent < total; sent++) {
	const due = started + (1000 * sent) / Number(perSecond);
	if (due > performance.now()) await sleep(due - performance.now());
	const one = read(PATHS[sent % PATHS.length]);
	running.add(one);
	void one.finally(() => running.delete(one));
}
await Promise.all(running);
const elapsed = (performance.now() - started) / 1000;
const sorted = times.toSorted((a, b) => a - b);
const at = (share: number): string => `${sorted[Math.floor(share * (sorted.length - 1))].toFixed(1)} ms`;
console.log(
	`${times.length} reads in ${elapsed.toFixed(1)} s: ${(times.length / elapsed).toFixed(0)} a second`,
);
console.log(`half within ${at(0.5)}, 99 % within ${at(0.99)}, the slowest ${at(1)}`);
console.log(
	failures.size === 0 ? "no failure" : [...failures].map(([what, count]) => `${count} × ${what}`).join("\n"),
);
process.exitCode = failures.size === 0 ? 0 : 1;
