import { printable } from "@umpire/actors/printable.ts";
import { type CommonOptions, command } from "../command.ts";
import { report } from "../output.ts";

export const demo = command<CommonOptions>({
	command: "demo",
	describe: "play the whole story on a private chain",
	async run(options) {
		const { demonstrate } = await import("@umpire/actors/demo.ts");
		const { demonstrationLines } = await import("../demonstration-lines.ts");
		// The story is what the command is for; with --json the data is.
		const stream = options.json ? process.stderr : process.stdout;
		const summary = await demonstrate((line) => stream.write(`${printable(line)}\n`));
		report(options.json, summary, () => demonstrationLines(summary));
	},
});
