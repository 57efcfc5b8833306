import { type CommonOptions, command } from "../command.ts";
import { progress } from "../log.ts";
import { report } from "../output.ts";

interface Options extends CommonOptions {
	quick: boolean;
	large?: string;
	what?: What;
	only?: What;
	models: string;
}

const WHAT = ["scaling", "training", "overhead"] as const;
type What = (typeof WHAT)[number];

export const bench = command<Options>({
	command: "bench [what]",
	describe: "measure disputes, overheads, proofs and gas",
	options: (yargs) =>
		yargs
			.option("quick", {
				type: "boolean",
				default: false,
				describe: "the smallest model only; with training, no dispute",
			})
			.option("large", {
				type: "string",
				describe: "instead, models of millions of parameters whose names have this (minutes each)",
			})
			.positional("what", {
				choices: WHAT,
				describe:
					"instead, disputes on programs of 10, 1,000 and 100,000 operators (about two minutes), steps of training (about four), or what exact programs of several widths take beside their float models (ten)",
			})
			.option("only", { choices: WHAT, describe: "another way to give the word" })
			.option("models", {
				type: "string",
				default: "",
				describe: "with training and overhead: models whose names have this",
			})
			.example("$0 bench --large ''", "MobileNetV2, ResNet-50, Whisper-tiny, GTE-small, T5-small"),
	async run(options) {
		if (options.large !== undefined) {
			const { benchLargeModels } = await import("../../bench/large-models.ts");
			const { largeModelLines } = await import("../../bench/lines.ts");
			const models = await benchLargeModels(options.large, progress);
			report(options.json, { models }, () => largeModelLines(models));
			return;
		}
		const what = options.what ?? options.only;
		if (what === "training") {
			const { setUp } = await import("@umpire/actors/set-up.ts");
			const { benchTraining } = await import("../../bench/training.ts");
			const { trainingLines } = await import("../../bench/lines.ts");
			await setUp(progress);
			const training = await benchTraining({ only: options.models, quick: options.quick }, progress);
			report(options.json, { training }, () => trainingLines(training.models, training.dispute));
			return;
		}
		if (what === "scaling") {
			const { setUp } = await import("@umpire/actors/set-up.ts");
			const { benchScaling } = await import("../../bench/scaling.ts");
			const { scalingLines } = await import("../../bench/lines.ts");
			await setUp(progress);
			const scaling = await benchScaling(progress);
			report(options.json, { scaling }, () => scalingLines(scaling));
			return;
		}
		if (what === "overhead") {
			const { benchKernelOverheads } = await import("../../bench/kernel-overheads.ts");
			const { overheadLines } = await import("../../bench/lines.ts");
			const overheads = await benchKernelOverheads(options.models, progress);
			report(options.json, { overheads }, () => overheadLines(overheads));
			return;
		}
		const { runBench } = await import("../../bench/bench.ts");
		const { benchLines } = await import("../../bench/lines.ts");
		const result = await runBench({ quick: options.quick, progress });
		report(options.json, result, () => benchLines(result));
	},
});
