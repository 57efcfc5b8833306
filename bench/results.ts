import { execFile } from "node:child_process";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { barChart } from "./bar-chart.ts";
import type { BenchName, BenchReport } from "./benches.ts";

/** Where results are kept, a line for each run of a bench, and the picture of its last one. */
export const RESULTS = join(projectRoot, "bench", "results");

/** The machine that figures are from. */
export interface Machine {
	readonly processor: string;
	readonly cores: number;
	readonly gibibytes: number;
	readonly node: string;
	readonly system: string;
}

export function machine(): Machine {
	const processors = cpus();
	return {
		processor: processors[0]?.model ?? "unknown",
		cores: processors.length,
		gibibytes: Math.round(totalmem() / 2 ** 30),
		node: process.version,
		system: `${process.platform} ${process.arch}`,
	};
}

/** In words, for tables. */
export function machineText({ processor, cores, gibibytes, node, system }: Machine): string {
	return `${processor}, ${cores} cores, ${gibibytes} GiB, ${system}, Node.js ${node}`;
}

/** Keeps a result beside those of earlier runs, with its date and commit. */
export async function keepResult(name: BenchName, { figures, chart }: BenchReport): Promise<string> {
	await mkdir(RESULTS, { recursive: true });
	const file = join(RESULTS, `${name}.jsonl`);
	const line = { date: new Date().toISOString(), commit: await commit(), machine: machine(), ...figures };
	await appendFile(file, `${JSON.stringify(line)}\n`);
	if (chart !== undefined) await writeFile(join(RESULTS, `${name}.svg`), barChart(chart));
	return file;
}

/** The commit that is measured, marked when files differ from it; "unknown" outside a repository. */
async function commit(): Promise<string> {
	const git = async (...operands: string[]): Promise<string> =>
		(await promisify(execFile)("git", operands, { cwd: projectRoot })).stdout.trim();
	try {
		const changed = await git("status", "--porcelain", "--untracked-files=no", "--", ":!bench/results");
		return `${await git("rev-parse", "--short=10", "HEAD")}${changed === "" ? "" : ", changed"}`;
	} catch {
		return "unknown";
	}
}
