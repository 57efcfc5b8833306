import type { Result } from "@umpire/actors/fit.ts";
import { type CommonOptions, command } from "../command.ts";
import { progress } from "../log.ts";
import { type NumberRule, numberOption, seedOption } from "../numbers.ts";
import { report, table } from "../output.ts";

interface Options extends CommonOptions {
	method: "linear" | "kmeans" | "pca";
	data: string;
	target?: string;
	drop: string[];
	clusters: number;
	components: number;
	steps?: number;
	seed: number;
	out: string;
	plot?: string;
}

const counted = (name: string, rule: NumberRule) =>
	numberOption(name, { least: 1, most: 1e6, whole: true, ...rule });

export const fit = command<Options>({
	command: "fit <method>",
	describe: "fit a table by linear regression, k-means or PCA, as an exact program",
	examples: [
		["umpire fit linear --data houses.csv --target price --plot line.svg", ""],
		["umpire fit kmeans --data iris.csv --drop species --clusters 3", ""],
		["umpire fit pca --data digits.csv --components 5 --json", ""],
	],
	options: (yargs) =>
		yargs
			.positional("method", { choices: ["linear", "kmeans", "pca"] as const, demandOption: true })
			.option("data", {
				type: "string",
				describe: "comma-separated numbers, with or without a header",
				demandOption: true,
				requiresArg: true,
			})
			.option("target", {
				type: "string",
				describe: "column that a line is fitted to (default: the last one)",
				requiresArg: true,
			})
			.option("drop", {
				type: "string",
				array: true,
				default: [] as string[],
				describe: "columns that are left out",
				requiresArg: true,
			})
			.option("clusters", counted("clusters", { default: 3, describe: "of kmeans" }))
			.option("components", counted("components", { default: 2, describe: "of pca" }))
			.option(
				"steps",
				counted("steps", {
					describe: "iterations",
					defaultDescription: "50 of kmeans, 200 of pca",
				}),
			)
			.option("seed", seedOption("of what iterations begin with", 1))
			.option("out", {
				type: "string",
				default: ".",
				describe: "folder for what is written",
				requiresArg: true,
			})
			.option("plot", { type: "string", describe: "file for a picture (SVG)", requiresArg: true }),
	async run(options) {
		const { fitTable: run } = await import("@umpire/actors/fit.ts");
		const found = await run({ ...options, progress });
		const { files, result } = found;
		report(options.json, found, () => [
			...table([
				["program", found.program],
				["inputs", found.inputsRoot],
				["steps", `${found.steps}, of ${found.operators} operators`],
				...resultRows(result),
				["table", files.table],
				...(files.plot === undefined ? [] : [["picture", files.plot] as const]),
			]),
			`Next: umpire register ${files.program}, then umpire request NUMBER ${files.inputs}`,
		]);
	},
});

const digits = (value: number): string => String(Number(value.toPrecision(6)));
const list = (values: Readonly<Record<string, number>>): string =>
	Object.entries(values)
		.slice(0, 6)
		.map(([name, value]) => `${name} ${digits(value)}`)
		.join(", ");

function resultRows(result: Result): (readonly [string, string])[] {
	switch (result.method) {
		case "linear":
			return [
				[result.target, `${list(result.coefficients)}, intercept ${digits(result.intercept)}`],
				["mean squared error", digits(result.mse)],
			];
		case "kmeans":
			return [
				...result.centres.map((centre, k) => {
					const count = result.labels.filter((label) => label === k).length;
					return [`cluster ${k}`, `${count} ${count === 1 ? "row" : "rows"} about ${list(centre)}`] as const;
				}),
				["inertia", digits(result.inertia)],
			];
		case "pca":
			return result.components.map((component, k) => [
				`component ${k}`,
				`${(100 * result.shares[k]).toFixed(2)} % of the variance (${digits(result.variances[k])}): ${list(component)}`,
			]);
	}
}
