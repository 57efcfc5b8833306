import { command, type SigningOptions, withSigner, withSources } from "../command.ts";
import { type FarmChoice, farmChosen, withFarm } from "../farm-options.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { numberOption } from "../numbers.ts";
import { playRole } from "../play-role.ts";

interface Options extends SigningOptions, LimitsOptions, FarmChoice {
	id: string;
	compare: "trace" | "output";
	demandInputs: number;
	demandInputsTotal?: number;
	mode: "auto" | "direct" | "bisect";
}

export const verify = command<Options>({
	command: "verify <id>",
	describe: "recompute a program's claims and dispute wrong ones, until Ctrl-C",
	examples: [
		["umpire verify 1", ""],
		["umpire verify 1 --rpc URL,URL,URL --keystore key.json --max-fee-gwei 40", "on a public chain"],
		[
			"umpire verify 1 --demand-inputs 40 --demand-inputs-total 200",
			"pays for inputs that are missing, up to 200 bonds",
		],
		["umpire verify 1 --farm http://10.0.0.5:8650", "machines of one's own help (docs/farm.md)"],
		["umpire verify 1 --compare output", "cheap: commits the output only, and the trace when it differs"],
	],
	runsOn: true,
	tells: true,
	options: (yargs) =>
		withFarm(withSources(withLimits(withSigner(yargs))))
			.positional("id", {
				type: "string",
				describe: "number, root or .onnx file of a program",
				demandOption: true,
			})
			.option("compare", {
				choices: ["trace", "output"] as const,
				default: "trace",
				describe: "what a claim must agree with",
			})
			.option(
				"demand-inputs",
				numberOption("demand-inputs", {
					default: 0,
					least: 0,
					whole: true,
					unit: "chunks",
					describe:
						"demand inputs that are missing on chain: up to this many chunks (8 leaves) per claim, a bond each, which is lost if they are published; 0 waits for inputs",
				}),
			)
			.option(
				"demand-inputs-total",
				numberOption("demand-inputs-total", {
					least: 0,
					whole: true,
					unit: "chunks",
					describe: "the same over all claims, in bonds that are out or lost (default: ten claims' worth)",
				}),
			)
			.option("mode", {
				choices: ["auto", "direct", "bisect"] as const,
				default: "auto" as const,
				describe:
					"bring wrong claims down by a search, in one transaction if their trace is published, or what is cheaper",
			}),
	async run(options) {
		const { verifier } = await import("@umpire/actors/verifier.ts");
		const full = { ...options, limits: limitsOf(options), farmOf: farmChosen(options) };
		await playRole(full, "verifier", "challengerBond", (world) =>
			verifier(world, options.id, { ...options, progress }),
		);
	},
});
