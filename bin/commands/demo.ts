import { printable } from "@umpire/actors/printable.ts";
import { type CommonOptions, command } from "../command.ts";
import { report } from "../output.ts";

export const demo = command<CommonOptions>({
	command: "demo",
	describe: "play the whole story on a private chain",
	async run(options) {
		// The story is what the command is for; with --json the data is.
		const stream = options.json ? process.stderr : process.stdout;
		const say = (line: string) => stream.write(`${printable(line)}\n`);
		// Before what takes a while to load.
		say("A dispute from the request to the payments, on a private chain: half a minute.");
		const { demonstrate } = await import("@umpire/actors/demo.ts");
		const { demonstrationLines } = await import("../demonstration-lines.ts");
		const summary = await demonstrate(say);
		report(options.json, summary, () => demonstrationLines(summary));
	},
});
