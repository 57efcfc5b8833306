import { LIES, type Lie } from "@umpire/actors/grid/lies.ts";
import { printable } from "@umpire/actors/printable.ts";
import { type CommonOptions, command } from "../command.ts";
import { gridDemonstrationLines } from "../grid-lines.ts";
import { report } from "../output.ts";

interface Options extends CommonOptions {
	lie: Lie;
}

export const demoGrid = command<Options>({
	command: "demo-grid",
	describe: "play a grid search of three workers, of whom one lies, on a private chain",
	examples: [
		["umpire demo-grid", "one claims another score than it has reached"],
		["umpire demo-grid --lie silence", "one sits its reservation out"],
	],
	options: (yargs) =>
		yargs.option("lie", {
			choices: Object.keys(LIES) as Lie[],
			default: "score",
			describe: "what the third worker does",
		}),
	async run(options) {
		// The story is what the command is for; with --json the data is.
		const stream = options.json ? process.stderr : process.stdout;
		const say = (line: string) => stream.write(`${printable(line)}\n`);
		// Before what takes a while to load.
		say("A grid search with three workers, of whom one lies, on a private chain: a minute or two.");
		const { demonstrateGrid } = await import("@umpire/actors/grid/demo-grid.ts");
		const summary = await demonstrateGrid(options.lie, say);
		report(options.json, summary, () => gridDemonstrationLines(summary));
	},
});
