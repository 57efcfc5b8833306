import { printable } from "@umpire/actors/printable.ts";
import { type CommonOptions, command } from "../command.ts";
import { report } from "../output.ts";

export const demoTraining = command<CommonOptions>({
	command: "demo-training",
	describe: "train on handwritten digits and play a dispute about one gradient, on a private chain",
	async run(options) {
		// The story is what the command is for; with --json the data is.
		const stream = options.json ? process.stderr : process.stdout;
		const say = (line: string) => stream.write(`${printable(line)}\n`);
		// Before what takes a while to load.
		say(
			"A training run, a dispute about one of its gradients, and an honest claim, on a private chain: a minute or two.",
		);
		const { demonstrateTraining } = await import("@umpire/actors/demo-training.ts");
		const { demonstrationLines } = await import("../demonstration-lines.ts");
		const summary = await demonstrateTraining(say);
		report(options.json, summary, () =>
			demonstrationLines(summary, "train a model of your own, umpire train --help"),
		);
	},
});
