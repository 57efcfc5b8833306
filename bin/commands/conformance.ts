import { fileURLToPath } from "node:url";
import type { ModelResult } from "@umpire/actors/conformance.ts";
import { type CommonOptions, command } from "../command.ts";
import { progress } from "../log.ts";
import { numberOption, seedOption } from "../numbers.ts";
import { bad, dim, good, report, line as written } from "../output.ts";

interface Options extends CommonOptions {
	folder: string;
	samples: number;
	seed: number;
	bits: 8 | 16;
	refused?: string;
	only?: string;
	out?: string;
}

export const conformance = command<Options>({
	command: "conformance [folder]",
	describe: "check every model under a folder and say which compile, how exactly, and which settle",
	examples: [
		["umpire conformance models --samples 0", "compile and compare only"],
		["umpire conformance models --refused refused.txt --out results.json", ""],
	],
	options: (yargs) =>
		yargs
			.positional("folder", {
				type: "string",
				describe: "folder of models, each with its input.json or test_data_set_0 beside it",
				default: fileURLToPath(new URL("../../testdata", import.meta.url)),
				defaultDescription: "testdata",
			})
			.option(
				"samples",
				numberOption("samples", {
					default: 1,
					least: 0,
					most: 1e6,
					whole: true,
					describe: "elements that are proved of every kind of operator; 0 for none",
				}),
			)
			.option("seed", seedOption("draws the elements", 1))
			.option("bits", { choices: [8, 16] as const, default: 16, describe: "width of activations" })
			.option("refused", {
				type: "string",
				describe: "file with the names of models that must be refused, one a line",
				requiresArg: true,
			})
			.option("only", { type: "string", describe: "only models whose name contains this", requiresArg: true })
			.option("out", { type: "string", describe: "file for the results as JSON", requiresArg: true }),
	async run(options) {
		const module = await import("@umpire/actors/conformance.ts");
		const { findModels } = await import("@umpire/actors/find-models.ts");
		const width = Math.max(5, ...findModels(options.folder).map(({ name }) => name.length));
		const show = (line: string) => {
			if (!options.json) process.stdout.write(`${line.split("\n").map(written).join("\n")}\n`);
		};
		show(headings(width));
		const result = await module.conformance({
			...options,
			progress: process.stderr.isTTY && process.stdout.isTTY ? () => {} : options.json ? progress : () => {},
			result: (model) => show(rowOf(model, width)),
		});
		report(options.json, result, () => {
			const text = `${result.passed} passed, ${result.failed} failed, ${result.refused} refused as expected`;
			return result.ok ? good(text) : bad(text);
		});
		if (!result.ok) process.exitCode = 1;
	},
});

const headings = (width: number) =>
	`${"model".padEnd(width)}  ${"operators".padStart(9)}  ${"error %".padStart(9)}  ${"settled".padStart(7)}  ${"ms".padStart(7)}`;

/** A line of the table; a model that did not pass says why on a line of its own. */
function rowOf({ name, verdict, check, error, milliseconds }: ModelResult, width: number): string {
	const cells = [
		name.padEnd(width),
		(check ? String(check.operators) : "-").padStart(9),
		(check ? (100 * check.fidelity.maxRelRange).toPrecision(2) : "-").padStart(9),
		(check ? `${check.settled.agreed}/${check.settled.sampled}` : "-").padStart(7),
		milliseconds.toFixed(0).padStart(7),
	].join("  ");
	if (verdict === "passed") return `${cells}  ${good("ok")}`;
	const reason = (error ?? "").replace(/\s*\n\s*/g, " ");
	return verdict === "refused"
		? `${cells}  refused\n  ${dim(reason)}`
		: `${cells}  ${bad("failed")}\n  ${reason}`;
}
