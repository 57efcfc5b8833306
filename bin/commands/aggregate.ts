import type { Argv } from "yargs";
import { command, type SigningOptions, withSigner } from "../command.ts";
import { progress } from "../log.ts";
import { numberOption } from "../numbers.ts";

interface Options extends SigningOptions {
	attester: string[];
	margin: number;
}

export const aggregate = command<Options>({
	command: "aggregate",
	describe: "collect what attesters have signed, and put it on chain together (docs/attesters.md)",
	examples: [
		[
			"umpire aggregate --attester http://127.0.0.1:9100,http://127.0.0.1:9101",
			"puts a claim's signatures on chain as soon as they make it softly final, until Ctrl-C; anybody may",
		],
	],
	runsOn: true,
	tells: true,
	options: (yargs) =>
		(withSigner(yargs) as unknown as Argv)
			.option("attester", {
				type: "string",
				array: true,
				demandOption: true,
				describe: "where attesters are served; commas separate several",
				requiresArg: true,
			})
			.option(
				"margin",
				numberOption("margin", {
					default: 60,
					least: 0,
					most: 31_536_000,
					whole: true,
					unit: "seconds",
					describe:
						"seconds before the end of a claim's period, or of the time for an epoch's signatures, from when on few signatures are put on chain as well",
				}),
			),
	async run(options) {
		const { runAggregate } = await import("../attester-actions.ts");
		const { untilInterrupted } = await import("../interrupt.ts");
		await runAggregate(options, { progress, signal: untilInterrupted });
	},
});
