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
		const { compileFile, saveCompiled } = await import("@umpire/actors/compile-file.ts");
		const compiled = await compileFile(options.model, { ...options, fidelity: true, progress });
		const file = await saveCompiled(compiled, options.model, options.out);
		const { program, commitment, kinds, parameters, report: about } = compiled;
		const { calibration, certificates, fidelity } = about;
		const outputs = fidelity?.outputs ?? [];
		const data = {
			file,
			root: commitment.root,
			name: program.name,
			operators: about.operators,
			kinds,
			parameters,
			inputs: program.inputs.map(({ name, shape, width, scale }) => ({ name, shape, width, scale })),
			calibration,
			certificates,
			fidelity: outputs,
		};
		report(options.json, data, () => [
			...table([
				["program", commitment.root],
				["file", `${file} (opens in Netron)`],
				["operators", `${program.operators.length} (${kinds.join(", ")})`],
				["parameters", String(parameters)],
				["exact", `proved for every admissible input (${certificates.length} operators)`],
				["calibrated", `${calibration.sets} ${calibration.synthetic ? "synthetic inputs" : "inputs"}`],
				...outputs.map(
					({ name, maxRelRange, maxAbs, argmaxAgrees }) =>
						[
							`fidelity ${name}`,
							`at most ${(100 * maxRelRange).toPrecision(2)} % of the range (${maxAbs.toPrecision(3)}), argmax agrees in ${(100 * argmaxAgrees).toFixed(0)} %`,
						] as const,
				),
			]),
			`Next: umpire run ${file} --input FILE`,
		]);
	},
});
