import { writeFileSync } from "node:fs";
import { type CompileOptions, command, withCompile } from "../command.ts";
import { progress } from "../log.ts";
import { numberOption } from "../numbers.ts";
import { columns, report } from "../output.ts";

interface Options extends CompileOptions {
	model: string;
	input: string;
	runs: number;
	svg?: string;
}

export const profile = command<Options>({
	command: "profile <model>",
	describe: "compile a model and say what every node takes, in float and exactly",
	examples: [["umpire profile model.onnx --input input.json --svg profile.svg", ""]],
	options: (yargs) =>
		withCompile(yargs)
			.positional("model", { type: "string", describe: "ONNX file", demandOption: true })
			.option("input", {
				type: "string",
				describe: "input file; the ranges follow from it unless there is --calibrate",
				demandOption: true,
				requiresArg: true,
			})
			.option(
				"runs",
				numberOption("runs", { default: 30, least: 1, most: 1e5, whole: true, describe: "runs of each" }),
			)
			.option("svg", { type: "string", describe: "where a picture is written", requiresArg: true }),
	async run(options) {
		const { compileFile, orderedInputs } = await import("@umpire/actors/compile-file.ts");
		const { openInputs, openModel } = await import("@umpire/actors/models.ts");
		const { profileModel } = await import("@umpire/actors/profile.ts");
		const source = openModel(options.model);
		const feeds = openInputs(options.input, source, new Map());
		const own = options.calibrate === undefined ? [orderedInputs(source, feeds)] : [];
		const { model, program } = await compileFile(options.model, { ...options, progress }, own);
		const result = await profileModel(model, program, feeds, options.runs);
		if (options.svg !== undefined) {
			const { profileSvg } = await import("@umpire/actors/profile-svg.ts");
			writeFileSync(options.svg, profileSvg(result));
		}
		report(options.json, result, () => {
			const rows = [...result.rows].sort((a, b) => b.exact - a.exact);
			return [
				...columns(
					["node", "float µs", "exact µs", "ratio", "computed by"],
					rows.map(({ node, opType, float, exact, plans }) => [
						node === "" ? "(no node)" : `${node} (${opType})`,
						float.toFixed(1),
						exact.toFixed(1),
						ratio(exact, float),
						[...new Set(plans)].join("; "),
					]),
				),
				`all: float ${result.float.toFixed(0)} µs, exact ${result.exact.toFixed(0)} µs, ${ratio(result.exact, result.float)}`,
			];
		});
	},
});

const ratio = (exact: number, float: number): string => (float > 0 ? `${(exact / float).toFixed(2)}x` : "");
