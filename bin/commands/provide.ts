import { command, type SigningOptions, withSigner, withSources } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { etherOption } from "../numbers.ts";
import { playRole } from "../play-role.ts";

interface Options extends SigningOptions, LimitsOptions {
	programs?: string[];
	price?: string;
	prices?: string;
	mostBonds?: string;
	as: "submitter" | "second-submitter";
}

export const provide = command<Options>({
	command: "provide [programs..]",
	describe: "serve requests of programs for a price, and put what is served into stores, until Ctrl-C",
	examples: [
		["umpire provide 1 2 --price 0.002 --store kubo:http://127.0.0.1:5001", ""],
		[
			"umpire provide --prices prices.json --store s3://bucket/umpire?endpoint=https://s3.example.org",
			'by program, as in { "1": "0.002", "0x…": "0.5" }',
		],
	],
	runsOn: true,
	tells: true,
	options: (yargs) =>
		withSources(withLimits(withSigner(yargs)))
			.positional("programs", {
				type: "string",
				array: true,
				describe: "numbers, roots or .onnx files (default: those of --prices)",
			})
			.option("price", etherOption("price", "ether for a request of a program that --prices does not name"))
			.option("prices", {
				type: "string",
				describe: "JSON file of prices in ether, by number or root of a program",
				requiresArg: true,
			})
			.option(
				"most-bonds",
				etherOption("most-bonds", "ether locked in bonds of claims at once (default: half of the account)"),
			)
			.option("as", {
				choices: ["submitter", "second-submitter"] as const,
				default: "submitter",
				describe: "which local account acts",
			}),
	async run(options) {
		const { provider, readPrices } = await import("@umpire/actors/content/provider.ts");
		const prices = await readPrices(options.prices, options.price);
		const { mostBonds, programs = [] } = options;
		const full = { ...options, limits: limitsOf(options) };
		await playRole(full, options.as, "submitterBond", (world) =>
			provider(world, { programs: programs.map(String), prices, mostBonds, progress }),
		);
	},
});
