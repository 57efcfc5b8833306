import { type CompileOptions, command, withCompile } from "../command.ts";
import { progress, report, table } from "../output.ts";

interface Options extends CompileOptions {
	model: string;
	out: string;
}

export const compile = command<Options>({
	command: "compile <model>",
	describe: "compile an ONNX model into a canonical program",
	examples: [
		["umpire compile digits.onnx --calibrate samples.json", "ranges are measured on the samples"],
		["umpire compile model.onnx --shape image=1,3,224,224 --out program", "fix a dynamic size"],
	],
	options: (yargs) =>
		withCompile(yargs)
			.positional("model", { type: "string", describe: "ONNX file", demandOption: true })
			.option("out", {
				type: "string",
				default: ".",
				describe: "folder for MODEL.umpire.onnx",
				requiresArg: true,
			}),
	async run(options) {
		const { compileFile } = await import("@umpire/actors/compile-file.ts");
		const { saveCompiled } = await import("@umpire/actors/compile-file.ts");
		const compiled = await compileFile(options.model, { ...options, progress });
		const file = await saveCompiled(compiled, options.model, options.out);
		const { program, root } = compiled;
		const data = {
			file,
			root,
			name: program.name,
			operators: program.operators.length,
			parameters: compiled.parameters,
			exact: compiled.exact,
			fidelity: compiled.fidelity,
			inputs: program.inputs.map(({ name, shape, width, scale }) => ({ name, shape, width, scale })),
			outputs: compiled.outputs,
		};
		report(options.json, data, () => [
			...table([
				["program", root],
				["file", `${file} (opens in Netron)`],
				["operators", `${program.operators.length} (${compiled.kinds.join(", ")})`],
				["parameters", String(compiled.parameters)],
				["exact", compiled.exact ? "proved for every admissible input" : "NOT proved"],
				["fidelity", compiled.fidelityText],
			]),
			"",
			`Next: umpire run ${file} --input FILE`,
		]);
	},
});
