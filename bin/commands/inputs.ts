import {
	command,
	type ImageOptions,
	type SigningOptions,
	withImages,
	withSigner,
	withSources,
} from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { report } from "../output.ts";

interface Options extends SigningOptions, LimitsOptions, ImageOptions {
	action: "put" | "get";
	program: string;
	what: string;
	out?: string;
	strict: boolean;
}

export const inputs = command<Options>({
	command: "inputs <action> <program> <what>",
	describe: "keep inputs where verifiers and submitters here find them, or get them by their root",
	examples: [
		["umpire inputs put 1 seven.json", "prints the root under which a request can name them"],
		["umpire inputs put 1 seven.json --store kubo:http://127.0.0.1:5001", "for all: the chain says where"],
		["umpire inputs get 1 0x… --fetch https://example.org/umpire", "keeps what somebody else serves"],
		["umpire inputs get 1 0x… --out seven.bin", "to carry them to another machine (or .json, to read them)"],
	],
	options: (yargs) =>
		withImages(withSources(withLimits(withSigner(yargs))))
			.positional("action", { choices: ["put", "get"] as const, demandOption: true })
			.positional("program", {
				type: "string",
				describe: "number, root or .onnx file of a program",
				demandOption: true,
			})
			.positional("what", {
				type: "string",
				describe: "put: a file of inputs; get: the root of inputs",
				demandOption: true,
			})
			.option("out", { type: "string", describe: "get: write them to this .json or .bin", requiresArg: true })
			.option("strict", {
				type: "boolean",
				default: false,
				describe: "put: refuse inputs out of the program's range instead of clipping them",
			}),
	async run(options) {
		const { getInputFile, putInputFile } = await import("@umpire/actors/input-exchange.ts");
		const { action, program, what } = options;
		const given = { ...options, limits: limitsOf(options) };
		const done = await (action === "put" ? putInputFile : getInputFile)(program, what, given);
		report(options.json, done, () => [
			`inputs root ${done.inputsRoot}`,
			`in ${done.place}`,
			...(done.content === null ? [] : [`cid ${done.content.cid}`]),
		]);
	},
});
