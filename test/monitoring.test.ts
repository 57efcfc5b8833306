import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { expect, test } from "vitest";

const EXAMPLES = join(projectRoot, "docs", "examples");
const read = (...path: string[]): string => readFileSync(join(projectRoot, ...path), "utf8");
const alerts = read("docs", "examples", "alerts.yml");
const dashboard: { panels: { title: string; targets: { expr: string }[] }[] } = JSON.parse(
	read("docs", "examples", "grafana.json"),
);

/** What monitor, API, farm and attesters export, by the names that their sources give. */
const SOURCES = ["actors/src/metrics", "actors/src/monitor-server", "actors/src/attesters/node-api"]
	.concat(["server/src/metrics", "farm/src/metrics"])
	.map((file) => read("crates-ts", ...`${file}.ts`.split("/")))
	.join("\n")
	.replaceAll(/\(\s+/g, "(");

const isExported = (metric: string): boolean => {
	const [, short] = metric.split(/^umpire_/);
	return [`"${metric}"`, ` ${metric} `, ...(short ? [`gauge("${short}"`, `metric("${short}"`] : [])].some(
		(text) => SOURCES.includes(text),
	);
};

const metricsIn = (text: string): string[] => [...new Set(text.match(/\b(?:umpire|eigen)_[a-z_]+/g))];

test("alerts and dashboard read what is exported", () => {
	const panels = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
	const expressions = [...alerts.matchAll(/^\s+expr: (.*)$/gm)].map(([, expr]) => expr);
	expect(expressions.length).toBeGreaterThan(10);
	const names = metricsIn([...expressions, ...panels].join("\n"));
	expect(names.length).toBeGreaterThan(20);
	// The farm puts the name of a figure into that of the metric.
	const unknown = names.filter((name) => !isExported(name) && !/^umpire_farm_worker_\w+_total$/.test(name));
	expect(unknown).toEqual([]);
	expect(SOURCES).toContain('["refused", "results of a worker that were false"]');
});

test("every alert names a symptom of the runbook", () => {
	const anchors = [...read("docs", "runbook.md").matchAll(/^## (.*)$/gm)].map(([, title]) =>
		title
			.toLowerCase()
			.replaceAll(/[^a-z ]/g, "")
			.replaceAll(" ", "-"),
	);
	const named = [...alerts.matchAll(/runbook: docs\/runbook\.md#(\S+)/g)].map(([, anchor]) => anchor);
	expect(named.length).toBe([...alerts.matchAll(/- alert:/g)].length);
	for (const anchor of named) expect(anchors).toContain(anchor);
});

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
if (!hasPromtool)
	console.warn("promtool is not installed (Debian has it in prometheus): alerts are not tried");

test.skipIf(!hasPromtool)("alerts fire when they should, and not before", () => {
	const promtool = (...words: string[]) => execFileSync("promtool", words, { cwd: EXAMPLES, stdio: "pipe" });
	promtool("check", "config", "prometheus.yml");
	expect(String(promtool("test", "rules", "alerts.test.yml"))).toContain("SUCCESS");
});
