import type { ContentDone } from "@umpire/actors/content/content-commands.ts";
import { type CommonOptions, command, withStore } from "../command.ts";
import { report, table } from "../output.ts";

interface Options extends CommonOptions {
	action: ContentDone["action"];
	what: string;
	store?: string[];
	out?: string;
}

export const store = command<Options>({
	command: "store <action> <what>",
	describe: "put files where everybody finds them by their content, get, pin and verify them",
	examples: [
		[
			"umpire store put model.onnx --store folder:/var/umpire --store kubo:http://127.0.0.1:5001",
			"prints the CID",
		],
		[
			"umpire store get bafy… --store gateway:https://ipfs.example.org --out model.onnx",
			"checks every block",
		],
		[
			"umpire store pin bafy… --store gateway:https://ipfs.example.org --store folder:/var/umpire",
			"copies it",
		],
		[
			"umpire store verify bafy… --store s3://bucket/umpire?endpoint=https://s3.example.org",
			"reads every block, and says who has it and who lies",
		],
	],
	options: (yargs) =>
		withStore(yargs)
			.positional("action", { choices: ["put", "get", "pin", "verify"] as const, demandOption: true })
			.positional("what", {
				type: "string",
				describe: "put: a file; otherwise a content identifier (CID)",
				demandOption: true,
			})
			.option("out", { type: "string", describe: "get: the file to write", requiresArg: true }),
	async run(options) {
		const { contentCommand } = await import("@umpire/actors/content/content-commands.ts");
		const done = await contentCommand(options.action, options.what, options);
		report(options.json, done, () =>
			table([
				["cid", done.cid],
				...(done.bytes === null ? [] : [["bytes", String(done.bytes)] as const]),
				...(done.file === null ? [] : [["file", done.file] as const]),
				...done.stores.map((one): [string, string] => [one.ok ? "has it" : "has not", lineOf(one)]),
			]),
		);
		if (!done.ok) process.exitCode = 1;
	},
});

function lineOf(one: ContentDone["stores"][number]): string {
	const error = one.error === null ? "" : `: ${one.error}`;
	if (!("missing" in one)) return `${one.store}${error}`;
	return `${one.store}, ${one.blocks} blocks, ${one.missing} missing, ${one.false} not to be had${error}`;
}
