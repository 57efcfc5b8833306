import { type ChainOptions, command, withChain } from "../command.ts";
import { progress } from "../log.ts";
import { report, table } from "../output.ts";

interface Options extends ChainOptions {
	action: "status" | "rebuild" | "backup" | "restore";
	file?: string;
}

export const index = command<Options>({
	command: "index <action> [file]",
	describe: "the index that umpire serve answers from: bring it up to date, build it anew, keep a copy",
	examples: [
		["umpire index status", "reads on to the newest block and says what is there"],
		["umpire index rebuild", "empties it and reads everything again"],
		["umpire index backup index.tar.gz", "writes the index of the home folder to a file"],
		["umpire index restore index.tar.gz", "puts it back and reads on from there"],
		["DATABASE_URL=postgres://umpire@db/umpire umpire index status", "the one in PostgreSQL"],
	],
	options: (yargs) =>
		withChain(yargs)
			.positional("action", { choices: ["status", "rebuild", "backup", "restore"] as const })
			.positional("file", { type: "string", describe: "of backup and restore: where the copy is" }),
	async run(options) {
		const { runIndex } = await import("../serve-actions.ts");
		const found = await runIndex(options, progress);
		report(options.json, found, () =>
			table([
				["database", found.database],
				["block", `${found.block} (${new Date(1000 * found.time).toISOString()})`],
				["events", String(found.events)],
				...Object.entries(found.items).map(([kind, count]) => [kind, String(count)] as const),
			]),
		);
	},
});
