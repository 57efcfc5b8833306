import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Mutation } from "./mutation.ts";
import type { Failure } from "./test-runs.ts";

/** What became of a fault. */
export interface Outcome {
	readonly fault: string;
	/** of what the fault was when it was tried */
	readonly key: string;
	readonly file: string;
	/** undefined if the fault survived */
	readonly noticed: (Failure & { readonly test: string }) | undefined;
	readonly seconds: number;
}

/** What a fault does, in a few letters: a result is of this, whatever the fault is called. */
export function keyOf({ file, find, replace }: Mutation): string {
	return createHash("sha256")
		.update(JSON.stringify([file, find, replace]))
		.digest("hex")
		.slice(0, 16);
}

/**
 * What became of these faults in earlier runs, by fault; several files have commas between them. What was found of a
 * fault that was another then does not count.
 */
export async function outcomesIn(
	files: string | undefined,
	mutations: readonly Mutation[],
): Promise<Map<string, Outcome>> {
	const keys = new Map(mutations.map((mutation) => [mutation.fault, keyOf(mutation)]));
	const lines = await linesOf(files);
	return new Map(
		lines.flatMap((line) => (keys.get(line.fault) === line.key ? [[line.fault, line] as const] : [])),
	);
}

async function linesOf(files: string | undefined): Promise<Outcome[]> {
	const texts = await Promise.all(
		(files?.split(",") ?? []).map((file) => readFile(file, "utf8").catch(() => "")),
	);
	return texts.flatMap((text) =>
		text
			.split("\n")
			.filter(Boolean)
			.map((line) => JSON.parse(line) as Outcome),
	);
}

/** All faults with the tests that noticed them, as a document. */
export function tableOf(mutations: readonly Mutation[], outcomes: ReadonlyMap<string, Outcome>): string {
	const areas = Map.groupBy(mutations, ({ file }) => areaOf(file));
	const tried = (list: readonly Mutation[]) => list.filter(({ fault }) => outcomes.has(fault));
	const noticed = (list: readonly Mutation[]) =>
		list.filter(({ fault }) => outcomes.get(fault)?.noticed !== undefined);
	const count = (list: readonly Mutation[]) =>
		`${list.length} | ${tried(list).length} | ${noticed(list).length}`;
	const lines = [
		"# Faults and the tests that notice them",
		"",
		"`./just mutations` makes each of these faults in a copy of the project, one at a time, and runs the tests that are to notice it. This is what was found of those that were tried as they are now (`test/mutations/results.jsonl`); `./just mutations --results test/mutations/results.jsonl` goes on with the others, and with `--table docs/mutations.md` writes this page.",
		"",
		"| area | faults | tried | noticed |",
		"|---|---|---|---|",
		...[...areas].map(([area, list]) => `| ${area} | ${count(list)} |`),
		`| **all** | ${count(mutations)} |`,
	];
	for (const [area, list] of areas) {
		lines.push("", `## ${area}`, "", "| fault | file | noticed by |", "|---|---|---|");
		for (const { fault, file } of list) {
			const outcome = outcomes.get(fault);
			const found = outcome?.noticed;
			const none = outcome === undefined ? "not tried" : "**nothing**";
			const by = found === undefined ? none : `\`${basename(found.test)}\`: ${cell(found.name)}`;
			lines.push(`| ${cell(fault)} | \`${basename(file)}\` | ${by} |`);
		}
	}
	return `${lines.join("\n")}\n`;
}

/** A crate, or a folder of the others. */
function areaOf(file: string): string {
	const [, crate] = /^crates-ts\/([^/]+)\//.exec(file) ?? [];
	return crate === undefined ? dirname(file) : `crates-ts/${crate}`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ");
