import type { CircuitCoverage } from "./circuits.ts";
import type { ContractCoverage } from "./contracts.ts";
import type { PackageCoverage, RuleCoverage } from "./rules.ts";
import { type FileCoverage, type Share, totalOf } from "./statements.ts";

/** What was measured; what was not asked for is left out. */
export interface Coverage {
	readonly contracts?: ContractCoverage;
	readonly rules?: RuleCoverage;
	readonly circuits?: readonly CircuitCoverage[];
}

/** Characters of a statement that are shown. */
const LONGEST = 100;

/** Tables in Markdown. */
export function reportOf({ contracts, rules, circuits }: Coverage): string {
	const parts: string[] = [];
	if (contracts !== undefined) {
		const files = [...contracts.files].sort((a, b) => a.file.localeCompare(b.file));
		const row = ({ file, lines, statements, refusals }: FileCoverage) => [
			file,
			...[lines, statements, refusals].map(cell),
		];
		parts.push(tableOf(["contract", "lines", "statements", "refusals"], [...files, totalOf(files)].map(row)));
		const missing = files.flatMap(({ file, missing }) =>
			missing.map(({ line, text }) => `${file}:${line}: ${shortened(text)}`),
		);
		if (missing.length > 0) parts.push(["Not run:", ...missing].join("\n"));
		if (!contracts.passed) parts.push("Not all tests of contracts passed.");
	}
	if (rules !== undefined) {
		const row = ({ name, lines, branches, functions }: PackageCoverage) => [
			name,
			...[lines, branches, functions].map(cell),
		];
		parts.push(tableOf(["package", "lines", "branches", "functions"], rules.packages.map(row)));
		const files = rules.packages.flatMap((one) => one.files);
		if (files.length > 0)
			parts.push(
				[
					"Branches not run:",
					...files.map(({ file, branches: { run, all } }) => `${file}: ${all - run}`),
				].join("\n"),
			);
		if (!rules.passed) parts.push("Not all tests of rules passed.");
	}
	if (circuits !== undefined) {
		parts.push(
			tableOf(
				["circuit", "signals that follow from the inputs", "signals bound", "constraints violated"],
				circuits.map(({ circuit, unique, bound, violated }) => [
					circuit,
					...[unique, bound, violated].map(cell),
				]),
			),
		);
	}
	return parts.join("\n\n");
}

/** `3 of 4 (75.0 %)`; rounded down, so that only all is 100. */
export function cell({ run, all }: Share): string {
	if (all === 0) return "-";
	return `${run} of ${all} (${(Math.floor((1000 * run) / all) / 10).toFixed(1)} %)`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
	return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function shortened(text: string): string {
	const [first] = text.replaceAll(/\s+/g, " ").split(" {");
	return first.length > LONGEST ? `${first.slice(0, LONGEST)}…` : first;
}
