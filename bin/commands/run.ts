import { type CommonOptions, command, type ImageOptions, withImages } from "../command.ts";
import { warn } from "../log.ts";
import { report } from "../output.ts";

interface Options extends CommonOptions, ImageOptions {
	program: string;
	input: string;
	strict: boolean;
}

export const run = command<Options>({
	command: "run <program>",
	describe: "run a program; print its output and trace root",
	examples: [["umpire run digits.umpire.onnx --input seven.json", ""]],
	options: (yargs) =>
		withImages(yargs)
			.positional("program", {
				type: "string",
				describe: "program file, or the root of a stored program",
				demandOption: true,
			})
			.option("input", {
				type: "string",
				describe: "EZKL-style JSON, .npz, .csv, ONNX .pb (or its folder), .npy, or an image",
				demandOption: true,
				requiresArg: true,
			})
			.option("strict", {
				type: "boolean",
				default: false,
				describe:
					"refuse inputs out of the program's range, and indices out of a table, instead of clipping them",
			}),
	async run(options) {
		const { runProgram } = await import("@umpire/actors/run-program.ts");
		const result = await runProgram(options.program, options.input, { ...options, warn });
		report(options.json, result, () => [
			...result.outputs.map(({ name, shape, values }) => `${name} [${shape.join(", ")}] ${preview(values)}`),
			`inputs root ${result.inputsRoot}`,
			`trace root  ${result.traceRoot}`,
		]);
	},
});

function preview(values: readonly number[]): string {
	const shown = values.slice(0, 20).map((value) => Number(value.toPrecision(6)));
	return `${shown.join(" ")}${values.length > 20 ? ` ... (${values.length} values; --json shows all)` : ""}`;
}
