import { command, type SigningOptions, withSigner, withSources } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress, warn } from "../log.ts";
import { numberOption } from "../numbers.ts";

interface Options extends SigningOptions, LimitsOptions {
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
		["umpire verify 1 --compare output", "cheap: commits the output only, and the trace when it differs"],
	],
	runsOn: true,
	tells: true,
	options: (yargs) =>
		withSources(withLimits(withSigner(yargs)))
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
		const { untilInterrupted } = await import("../interrupt.ts");
		const { openWorld } = await import("@umpire/actors/world.ts");
		const { withPurse } = await import("@umpire/actors/purse.ts");
		const { runActor } = await import("@umpire/actors/actor.ts");
		const { verifier } = await import("@umpire/actors/verifier.ts");
		const world = await openWorld({ ...options, limits: limitsOf(options) }, "verifier");
		const actor = await verifier(world, options.id, { ...options, progress });
		const { connection, deployment } = world.contracts;
		const watched = withPurse(actor, world, deployment.parameters.challengerBond, warn);
		await runActor(watched, connection.pollingInterval, untilInterrupted(), warn);
	},
});
