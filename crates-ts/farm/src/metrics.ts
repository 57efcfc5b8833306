import type { FarmStatus } from "./wire.ts";

/** Seconds after which a worker that is not heard of does not count as one. */
export const GONE_SECONDS = 60;

/** A farm's figures as Prometheus reads them. */
export function metricsOf({ kinds, workers }: FarmStatus, refusedRequests: number): string {
	const lines: string[] = [];
	const metric = (
		name: string,
		kind: "gauge" | "counter",
		help: string,
		samples: readonly (readonly [string, number])[],
	) => {
		lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
		for (const [labels, value] of samples) lines.push(`${name}${labels} ${value}`);
	};
	const states = ["waiting", "leased", "done", "failed"] as const;
	metric(
		"umpire_farm_jobs",
		"gauge",
		"jobs that are kept, by kind and state",
		kinds.flatMap((one) =>
			states.map((state) => [`{kind="${one.kind}",state="${state}"}`, one[state]] as const),
		),
	);
	metric("umpire_farm_workers", "gauge", "workers that were heard of within a minute", [
		["", workers.filter(({ age }) => age < GONE_SECONDS).length],
	]);
	for (const [name, help] of [
		["done", "jobs that a worker has done since the coordinator was started"],
		["failed", "jobs that a worker could not do"],
		["refused", "results of a worker that were false"],
	] as const) {
		metric(
			`umpire_farm_worker_${name}_total`,
			"counter",
			help,
			workers.map((one) => [`{worker="${one.name}"}`, one[name]] as const),
		);
	}
	metric("umpire_farm_unauthorised_total", "counter", "requests without the token", [["", refusedRequests]]);
	return `${lines.join("\n")}\n`;
}
