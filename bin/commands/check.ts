import { type Comparison, elementText } from "@umpire/actors/compare.ts";
import { type CompileOptions, command, withCompile } from "../command.ts";
import { progress } from "../log.ts";
import { numberOption, seedOption } from "../numbers.ts";
import { bad, good, report, table } from "../output.ts";

interface Options extends CompileOptions {
	model: string;
	input?: string;
	expect?: string;
	samples: number;
	seed?: number;
}

export const check = command<Options>({
	command: "check <model>",
	describe: "compile a model, compare it with the float model, and prove sampled elements",
	examples: [
		["umpire check model.onnx --input test_data_set_0 --expect test_data_set_0", ""],
		["umpire check gpt.onnx --input prompt.json --decode input_ids=logits --steps 8", "greedy decoding"],
		["umpire check model.onnx --seed 7 --samples 5 --json", "synthetic input"],
	],
	options: (yargs) =>
		withCompile(yargs)
			.positional("model", { type: "string", describe: "ONNX file", demandOption: true })
			.option("input", {
				type: "string",
				describe: "input file (default: seeded synthetic)",
				requiresArg: true,
			})
			.option("expect", { type: "string", describe: "expected output", requiresArg: true })
			.option(
				"samples",
				numberOption("samples", {
					default: 3,
					least: 0,
					most: 1e6,
					whole: true,
					describe: "elements that are proved of every kind of operator",
				}),
			)
			.option("seed", seedOption("draws the elements (default: random)")),
	async run(options) {
		const { check: checkModel } = await import("@umpire/actors/check.ts");
		const result = await checkModel({ ...options, progress });
		report(options.json, result, () => [
			...table([
				["model", result.model],
				...(result.steps === 1 ? [] : [["steps", String(result.steps)] as const]),
				["input", options.input ?? `synthetic (seed ${result.seed}): give a real one with --input`],
				["operators", `${result.operators} (${result.kinds.join(", ")})`],
				["parameters", String(result.parameters)],
				["leaves", String(result.leaves)],
				["claims", result.claims],
				["exact", result.exact ? "yes" : "no"],
				...comparisonRows("fidelity", result.fidelity),
				...(result.float64
					? [
							...comparisonRows("in float64", result.float64.fidelity),
							["float32 itself", `max ${result.float64.float32.maxAbs.toPrecision(3)} from float64`] as const,
						]
					: []),
				...(result.expected ? comparisonRows("expected", result.expected) : []),
				["settled", `${result.settled.agreed} of ${result.settled.sampled} elements (seed ${result.seed})`],
				[
					"time",
					`float ${ms(result.ms.float)}, exact ${ms(result.ms.exact)}, commit ${ms(result.ms.commit)}, prove ${ms(result.ms.prove)}`,
				],
			]),
			...(result.missed === undefined ? [] : [bad(`on the calibration inputs: ${result.missed}`)]),
			result.ok ? good("ok") : bad(`not ok: ${result.error}`),
		]);
		if (!result.ok) process.exitCode = 1;
	},
});

const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

/** How far outputs are off: absolute, relative, and at which element of which. */
function comparisonRows(what: string, { outputs }: Comparison): (readonly [string, string])[] {
	return outputs.map((one) => {
		const { output, maxAbs, meanAbs, maxRelRange, isProbability, byParts, argmaxAgrees, rows, worst } = one;
		const share = isProbability
			? "of a probability"
			: `${(100 * maxRelRange).toPrecision(3)} % of the range${byParts ? " of a part" : ""}`;
		const at = worst ? `, at ${elementText(worst)}` : "";
		return [
			`${what} ${output}`,
			`max ${maxAbs.toPrecision(3)}, mean ${meanAbs.toPrecision(3)}, ${share}${at}; argmax ${argmaxAgrees ? "agrees" : "differs"}${rows.isClasses ? "" : ` (not asked for: ${rows.why})`}`,
		] as const;
	});
}
