import { type CommonOptions, command } from "../command.ts";
import { progress, report } from "../output.ts";

interface Options extends CommonOptions {
	quick: boolean;
}

export const bench = command<Options>({
	command: "bench",
	describe: "measure disputes, overheads, proofs and gas",
	options: (yargs) =>
		yargs.option("quick", { type: "boolean", default: false, describe: "the smallest model only" }),
	async run(options) {
		const { runBench } = await import("../../bench/bench.ts");
		const { benchLines } = await import("../../bench/lines.ts");
		const result = await runBench({ quick: options.quick, progress });
		report(options.json, result, () => benchLines(result));
	},
});
