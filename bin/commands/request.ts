import {
	command,
	type ImageOptions,
	type SigningOptions,
	withImages,
	withSigner,
	withSources,
} from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress, warn } from "../log.ts";
import { etherOption, numberOption } from "../numbers.ts";
import { report, table } from "../output.ts";

interface Options extends SigningOptions, LimitsOptions, ImageOptions {
	id: string;
	input?: string;
	fee: string;
	within: number;
	submitter?: string;
	exclusiveFor?: number;
	sealed: boolean;
	consumer?: string;
	strict: boolean;
	wait: boolean;
}

export const request = command<Options>({
	command: "request <id> [input]",
	describe: "escrow a fee for a program's result; wait until it is final",
	examples: [
		["umpire request 1 seven.json --fee 0.01", ""],
		[
			"umpire request 1 seven.json --submitter 0x…",
			"asks one submitter alone; its rejection ends the request",
		],
		["umpire request 1 seven.json --sealed", "claims cannot be copied: they are committed to first"],
	],
	runsOn: true,
	options: (yargs) =>
		withImages(withSources(withLimits(withSigner(yargs))))
			.positional("id", {
				type: "string",
				describe: "number, root or .onnx file of a program",
				demandOption: true,
			})
			.positional("input", { type: "string", describe: "input file (default: seeded synthetic)" })
			.option("fee", etherOption("fee", "in ether", "0.01"))
			.option(
				"within",
				numberOption("within", {
					default: 86_400,
					least: 1,
					most: 1_000_000_000,
					whole: true,
					unit: "seconds",
					describe: "seconds after which the fee can be had back",
				}),
			)
			.option("submitter", {
				type: "string",
				describe: "the only account that may answer",
				requiresArg: true,
			})
			.option(
				"exclusive-for",
				numberOption("exclusive-for", {
					least: 1,
					whole: true,
					unit: "seconds",
					describe: "seconds for which it alone may (default: until the end)",
				}),
			)
			.option("sealed", {
				type: "boolean",
				default: false,
				describe: "take claims only that were committed to before",
			})
			.option("consumer", {
				type: "string",
				describe: "contract that is told of the result (contracts/interfaces/IConsumer.sol)",
				requiresArg: true,
			})
			.option("strict", {
				type: "boolean",
				default: false,
				describe: "refuse inputs out of the program's range instead of clipping them",
			})
			.option("wait", {
				type: "boolean",
				default: true,
				describe: "stay until the result is final",
			}),
	async run(options) {
		const { untilInterrupted } = await import("../interrupt.ts");
		const { openWorld } = await import("@umpire/actors/world.ts");
		const { requestResult } = await import("@umpire/actors/requester.ts");
		const world = await openWorld({ ...options, limits: limitsOf(options) }, "requester");
		const result = await requestResult(world, options.id, {
			...options,
			signal: untilInterrupted(),
			progress,
			warn,
		});
		report(options.json, result, () => [
			...table([
				["request", String(result.request)],
				["program", result.program],
				["status", result.status],
			]),
			...(result.output === undefined ? [] : [`output   ${result.output.join(" ")}`]),
		]);
		// Nobody earned the fee: whoever waited for the result has none.
		if (result.status === "expired" || result.status === "refunded") process.exitCode = 1;
	},
});
