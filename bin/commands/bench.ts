import { type CommonOptions, command } from "../command.ts";
import { progress, report } from "../output.ts";

interface Options extends CommonOptions {
	quick: boolean;
	only?: "transformers" | "image-networks";
}

export const bench = command<Options>({
	command: "bench",
	describe: "measure disputes, overheads, proofs and gas",
	options: (yargs) =>
		yargs
			.option("quick", { type: "boolean", default: false, describe: "the smallest model only" })
			.option("only", {
				choices: ["transformers", "image-networks"] as const,
				describe: "large models, which are not measured otherwise (minutes)",
			}),
	async run(options) {
		if (options.only === "transformers") {
			const { benchTransformers } = await import("../../bench/transformers.ts");
			const { transformerLines } = await import("../../bench/lines.ts");
			const models = await benchTransformers(progress);
			report(options.json, { transformers: models }, () => transformerLines(models));
			return;
		}
		if (options.only === "image-networks") {
			const { benchImageNetworks } = await import("../../bench/image-network-bench.ts");
			const { imageNetworkLines } = await import("../../bench/lines.ts");
			const networks = await benchImageNetworks(progress);
			report(options.json, { imageNetworks: networks }, () => imageNetworkLines(networks));
			return;
		}
		const { runBench } = await import("../../bench/bench.ts");
		const { benchLines } = await import("../../bench/lines.ts");
		const result = await runBench({ quick: options.quick, progress });
		report(options.json, result, () => benchLines(result));
	},
});
